import fc from 'fast-check';
import * as O from 'fp-ts/lib/Option.js';
import { dropDuplicates } from '../../operators/dropDuplicates.js';
import { dropDuplicatesWithinWatermark } from '../../operators/dropDuplicatesWithinWatermark.js';
import { flatMapGroupsWithState } from '../../operators/flatMapGroupsWithState.js';
import { groupByKey } from '../../operators/groupByKey.js';
import type { GroupState } from '../../operators/internal/groupState/groupState.js';
import { limit } from '../../operators/limit.js';
import { transformWithState } from '../../operators/transformWithState.js';
import { type BatchInput, type Build, OperatorHarness } from './operatorHarness.js';
import { StoredHarness } from './storedHarness.js';

interface Row {
  readonly key: string;
  readonly n: number;
}

const row = fc.record({ key: fc.constantFrom('a', 'b', 'c'), n: fc.nat(40) });
const batches = fc.array(
  fc.record({ rows: fc.array(row, { maxLength: 6 }), rise: fc.nat(15), restart: fc.boolean() }),
  { maxLength: 8 },
);

/** Batches with times in the rows' `n`, and watermark and clock rising together. */
function inputs(
  given: readonly { readonly rows: readonly Row[]; readonly rise: number }[],
): readonly BatchInput<Row>[] {
  let late = 0;
  let evict = 0;
  return given.map(({ rows, rise }) => {
    late = evict;
    evict += rise;
    return { rows: rows.map((one) => [one, one.n] as const), late, evict, at: evict };
  });
}

const sum = O.getOrElse(() => 0);

/** Uses every kind of state, timers and TTL, and shows all of it. */
const everything: Build<Row, unknown> = (source) =>
  source.pipe(
    groupByKey((one) => one.key),
    transformWithState({
      timeMode: 'processingTime',
      init: (handle) => ({
        total: handle.value<number>('total', { ttl: 20 }),
        last: handle.list<number>('last', { ttl: 9 }),
        seen: handle.map<number, number>('seen'),
      }),
      handleInputRows(key, rows, { total, last, seen }, ctx): unknown[] {
        for (const { n } of rows) {
          total.update(sum(total.get()) + n);
          last.appendValue(n);
          if (seen.containsKey(n)) seen.removeKey(n);
          else seen.updateValue(n, ctx.batchId);
          if (n % 3 === 0) ctx.registerTimer(ctx.getCurrentProcessingTimeMs() + n);
          if (n % 5 === 0) ctx.deleteTimer(ctx.getCurrentProcessingTimeMs() + n - 1);
        }
        return [
          [key, O.toNullable(total.get()), last.get(), [...seen.entries()], ctx.listTimers()],
        ];
      },
      handleExpiredTimer(key, timerMs, { last, seen }): unknown[] {
        if (timerMs % 2 === 0) last.clear();
        else if (timerMs % 7 === 0) seen.clear();
        return [[key, timerMs, last.get()]];
      },
    }),
  );

const silent: Build<Row, unknown> = (source) =>
  source.pipe(
    groupByKey((one) => one.key),
    flatMapGroupsWithState(
      (key, rows, state: GroupState<number>) => {
        if (state.hasTimedOut) state.remove();
        else {
          state.update(sum(state.get()) + rows.length);
          state.setTimeoutTimestamp(state.getCurrentWatermarkMs() + 10);
        }
        return [[key, O.toNullable(state.get())]];
      },
      { timeout: 'eventTime' },
    ),
  );

const operators: readonly (readonly [string, Build<Row, unknown>])[] = [
  ['dropDuplicates', (source) => source.pipe(dropDuplicates((one) => one.key))],
  ['dropDuplicates by time', (source) => source.pipe(dropDuplicates({ eventTime: true }))],
  ['dropDuplicatesWithinWatermark', (s) => s.pipe(dropDuplicatesWithinWatermark(['key']))],
  ['limit', (source) => source.pipe(limit(5))],
  ['flatMapGroupsWithState', silent],
  ['transformWithState', everything],
];

describe('keyed state', () => {
  it.each(operators)(
    '%s answers the same on disk, with restarts anywhere',
    async (_name, build) => {
      await fc.assert(
        fc.asyncProperty(batches, async (given) => {
          const memory = new OperatorHarness(build, { delayMs: 7 });
          const stored = await StoredHarness.open(build, { delayMs: 7 });
          for (const [i, input] of inputs(given).entries()) {
            const expected = memory.batch(input);
            const got = await stored.batch(input);
            expect(got).toEqual(expected);
            expect(stored.run.total).toBe(memory.total);
            if (!given[i]?.restart) continue;
            await stored.restart();
            memory.restart();
            expect(await stored.run.opened()).toBe(await memory.opened());
          }
        }),
        { numRuns: 60 },
      );
    },
  );

  it.each([
    operators[1] as (typeof operators)[0],
    operators[2] as (typeof operators)[0],
    operators[4] as (typeof operators)[0],
  ])('%s is empty when the watermark has passed everything', (_name, build) => {
    fc.assert(
      fc.property(batches, (given) => {
        const run = new OperatorHarness(build, { delayMs: 7 });
        for (const input of inputs(given)) run.batch(input);
        run.batch({ late: 1000, evict: 1000 });
        expect(run.total).toBe(0);
      }),
    );
  });

  it('transformWithState agrees with plain maps and arrays', () => {
    fc.assert(
      fc.property(batches, (given) => {
        const run = new OperatorHarness(everything, { delayMs: 7 });
        const model = new Model();
        for (const input of inputs(given)) {
          const out = run.batch(input);
          expect(out.rows).toEqual(model.batch(input));
          expect(out.wakeAt).toBe(model.nextDue());
        }
      }),
    );
  });
});

interface Held {
  readonly value: number;
  readonly until: number;
}

interface KeyModel {
  total: Held | undefined;
  last: Held[];
  readonly seen: Map<number, number>;
  readonly timers: Set<number>;
}

/** {@link everything} without tables: one object per key. */
class Model {
  private batchId = -1;
  private now = 0;
  private readonly keys = new Map<string, KeyModel>();

  batch({ rows = [], at = 0 }: BatchInput<Row>): unknown[] {
    this.batchId += 1;
    this.now = at;
    const byKey = new Map<string, number[]>();
    for (const [{ key, n }] of rows) byKey.set(key, [...(byKey.get(key) ?? []), n]);
    const out = [...byKey].map(([key, values]) => this.rows(key, values));
    return [...out, ...this.timers()];
  }

  nextDue(): number | undefined {
    const due = [...this.keys.values()].flatMap((state) => [
      ...state.timers,
      ...(state.total ? [state.total.until] : []),
      ...state.last.map(({ until }) => until),
    ]);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  private rows(key: string, values: readonly number[]): unknown {
    const fresh = { total: undefined, last: [], seen: new Map(), timers: new Set<number>() };
    const state: KeyModel = this.keys.get(key) ?? fresh;
    this.keys.set(key, state);
    for (const n of values) {
      const total = state.total && state.total.until > this.now ? state.total.value : 0;
      state.total = { value: total + n, until: this.now + 20 };
      state.last.push({ value: n, until: this.now + 9 });
      if (!state.seen.delete(n)) state.seen.set(n, this.batchId);
      if (n % 3 === 0) state.timers.add(this.now + n);
      if (n % 5 === 0) state.timers.delete(this.now + n - 1);
    }
    const timers = [...state.timers].sort((a, b) => a - b);
    return [key, state.total?.value ?? null, this.live(state.last), [...state.seen], timers];
  }

  private timers(): unknown[] {
    const due = [...this.keys].flatMap(([key, { timers }]) =>
      [...timers].filter((time) => time <= this.now).map((time) => ({ key, time })),
    );
    due.sort((a, b) => a.time - b.time || (a.key < b.key ? -1 : 1));
    const out: unknown[] = [];
    for (const { key, time } of due) {
      const state = this.keys.get(key);
      if (state === undefined) continue;
      if (time % 2 === 0) state.last = [];
      else if (time % 7 === 0) state.seen.clear();
      out.push([key, time, this.live(state.last)]);
      state.timers.delete(time);
    }
    for (const state of this.keys.values()) {
      if (state.total && state.total.until <= this.now) state.total = undefined;
      state.last = state.last.filter(({ until }) => until > this.now);
    }
    return out;
  }

  private live(list: readonly Held[]): number[] {
    return list.filter(({ until }) => until > this.now).map(({ value }) => value);
  }
}
