import fc from 'fast-check';
import type { Observable } from 'rxjs';
import { aggregate } from '../../operators/aggregate.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { sessionWindow } from '../../operators/sessionWindow.js';
import { window } from '../../operators/window.js';
import { type HarnessOptions, OperatorHarness } from '../operators/operatorHarness.js';
import { StoredHarness } from '../operators/storedHarness.js';

interface Row {
  readonly key: string | number | { readonly id: number };
  readonly at: number;
  readonly n: number | null;
}

interface Result {
  readonly key: unknown;
  readonly window: { readonly start: number; readonly end: number };
  readonly n: number;
  readonly sum: number | null;
}

type Build = (rows$: Observable<Row>) => Observable<Result>;
/** Typed as if it grouped nothing: the rows that functions see are the same. */
type Group = (rows$: Observable<Row>) => Observable<Row>;

const ms = { timestamps: 'ms' } as const;

const counted =
  (group: Group): Build =>
  (rows$) =>
    group(rows$).pipe(
      aggregate((rows) => ({
        n: rows.count(),
        sum: rows.sum((r) => r.n),
        max: rows.max((r) => r.n),
      })),
    ) as Observable<never>;

/** As above, but with an aggregate that keeps rows in order: other stages, the same answers. */
const listed =
  (group: Group): Build =>
  (rows$) =>
    group(rows$).pipe(
      aggregate((rows) => ({
        n: rows.count(),
        sum: rows.sum((r) => r.n),
        list: rows.collectSet((r) => r.n),
      })),
    ) as Observable<never>;

const fixed = (size: number, slide: number): Group =>
  ((rows$: Observable<Row>) =>
    rows$.pipe(groupByKey('key'), window(size, { slide, startTime: 3 % slide, ...ms }))) as never;
const sessions = ((rows$: Observable<Row>) =>
  rows$.pipe(groupByKey('key'), sessionWindow(10, ms))) as never as Group;

const windowed: readonly (readonly [string, Build])[] = [
  ['tumbling', counted(fixed(10, 10))],
  ['sliding', counted(fixed(12, 5))],
  ['sliding, by panes', counted(fixed(12, 4))],
  ['sliding, row by row', listed(fixed(12, 4))],
];
const sessioned: readonly (readonly [string, Build])[] = [
  ['sessions', counted(sessions)],
  ['sessions in order', listed(sessions)],
];

const row = fc.record({
  key: fc.oneof(
    fc.constantFrom('a', 'b', 1),
    fc.record({ id: fc.constantFrom(1, 2) }, { noNullPrototype: true }),
  ),
  at: fc.integer({ min: 1, max: 120 }),
  n: fc.option(fc.integer({ min: -9, max: 9 })),
});
const batches = fc.array(fc.array(row, { maxLength: 12 }), { maxLength: 6 });

const timed = (rows: readonly Row[]) => rows.map((r) => [r, r.at] as const);
const nothingLate = { late: 0, evict: 0 };

function run(build: Build, options: HarnessOptions = {}) {
  return new OperatorHarness<Row, Result>(build as never, { delayMs: 0, ...options });
}

const sorted = (results: readonly Result[]) => results.map((r) => JSON.stringify(r)).sort();

/** All results when every row comes on time and everything is flushed at the end. */
function flushed(build: Build, split: readonly (readonly Row[])[]): readonly string[] {
  const harness = run(build);
  const out = split.flatMap((rows) => harness.batch({ rows: timed(rows), ...nothingLate }).rows);
  const all = [...out, ...harness.batch({ closing: true }).rows];
  expect(harness.total).toBe(0);
  return sorted(all);
}

/** The rule, written naively: groups of rows, sessions by repeated merging. */
function naiveSessions(rows: readonly Row[]): readonly string[] {
  let found = rows.map((r) => ({ key: JSON.stringify(r.key), start: r.at, end: r.at + 10, n: 1 }));
  for (let merged = true; merged; ) {
    merged = false;
    for (const a of found) {
      const b = found.find(
        (s) => s !== a && s.key === a.key && s.start <= a.end && a.start <= s.end,
      );
      if (b === undefined) continue;
      const both = {
        key: a.key,
        start: Math.min(a.start, b.start),
        end: Math.max(a.end, b.end),
        n: a.n + b.n,
      };
      found = [...found.filter((s) => s !== a && s !== b), both];
      merged = true;
      break;
    }
  }
  return found.map((s) => `${s.key} ${s.start} ${s.end} ${s.n}`).sort();
}

const shownSession = (text: string) => {
  const { key, window: of, n } = JSON.parse(text) as Result;
  return `${JSON.stringify(key)} ${of.start} ${of.end} ${n}`;
};

describe.each([...windowed, ...sessioned])('laws of aggregate over %s', (_name, build) => {
  it('any split of rows that are on time gives the same results, and leaves no state', () => {
    fc.assert(
      fc.property(batches, (split) => {
        expect(flushed(build, split)).toEqual(flushed(build, [split.flat()]));
      }),
    );
  });

  it('a restart between any two batches changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        batches,
        fc.array(fc.integer({ min: 0, max: 140 })),
        async (split, rises) => {
          const stored = await StoredHarness.open<Row, Result>(build as never, { delayMs: 0 });
          const memory = run(build);
          let late = 0;
          for (const [i, rows] of split.entries()) {
            const evict = Math.max(late, rises[i] ?? 0);
            const batch = { rows: timed(rows), late, evict };
            await stored.restart();
            const [got, want] = [await stored.batch(batch), memory.batch(batch)];
            expect([sorted(got.rows), got.late]).toEqual([sorted(want.rows), want.late]);
            expect(stored.run.total).toBe(memory.total);
            late = evict;
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('no result lies below the late watermark of the batch, nothing closed stays', () => {
    fc.assert(
      fc.property(batches, fc.array(fc.integer({ min: 0, max: 140 })), (split, rises) => {
        const harness = run(build);
        let late = 0;
        for (const [i, rows] of split.entries()) {
          const evict = Math.max(late, rises[i] ?? 0);
          const out = harness.batch({ rows: timed(rows), late, evict });
          for (const time of out.times) expect(time > late - 0.5 && time <= evict).toBe(true);
          expect(harness.batch({ late, evict }).rows).toEqual([]);
          late = evict;
        }
        harness.batch({ late: 1000, evict: 1000 });
        expect(harness.total).toBe(0);
      }),
    );
  });
});

describe.each(windowed)('laws of modes over %s', (_name, build) => {
  it('update folded by group = complete = append at the end', () => {
    fc.assert(
      fc.property(batches, (split) => {
        const [update, complete] = [
          run(build, { outputMode: 'update' }),
          run(build, { outputMode: 'complete' }),
        ];
        const table = new Map<string, Result>();
        let last: readonly Result[] = [];
        for (const rows of split) {
          const batch = { rows: timed(rows), ...nothingLate };
          for (const r of update.batch(batch).rows) table.set(JSON.stringify([r.key, r.window]), r);
          last = complete.batch(batch).rows;
        }
        expect(sorted([...table.values()])).toEqual(sorted(last));
        expect(sorted(last)).toEqual(flushed(build, split));
      }),
    );
  });
});

it.each(sessioned)('%s are what merging by hand gives', (_name, build) => {
  fc.assert(
    fc.property(batches, (split) => {
      expect(flushed(build, split).map(shownSession).sort()).toEqual(naiveSessions(split.flat()));
    }),
  );
});
