import fc from 'fast-check';
import type { Observable } from 'rxjs';
import { aggregate } from '../../operators/aggregate.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { sessionWindow } from '../../operators/sessionWindow.js';
import { memoryBackend } from '../../state/memoryBackend.js';
import { type Build, OperatorHarness } from '../operators/operatorHarness.js';
import { StoredHarness } from '../operators/storedHarness.js';

interface Row {
  readonly key: string;
  readonly at: number;
  readonly gap: number;
}

interface Result {
  readonly key: string;
  readonly window: { readonly start: number; readonly end: number };
  readonly n: number;
  readonly sum: number;
}

interface Session {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly n: number;
  readonly sum: number;
}

/** Rows of a batch, and by how much the watermark is higher then. */
interface Batch {
  readonly rows: readonly Row[];
  readonly rise: number;
}

const ms = { timestamps: 'ms' } as const;
const oneGap = 8;

const grouped = (isOneGap: boolean) => (rows$: Observable<Row>) =>
  rows$.pipe(
    groupByKey((r) => r.key),
    sessionWindow(isOneGap ? oneGap : (r) => r.gap, ms),
  );

/** Rows are added as they come. */
const counted =
  (isOneGap: boolean): Build<Row, Result> =>
  (rows$) =>
    grouped(isOneGap)(rows$).pipe(
      aggregate((rows) => ({ n: rows.count(), sum: rows.sum((r) => r.at) })),
    ) as Observable<never>;

/** Rows are added by time at the end of the batch. */
const listed =
  (isOneGap: boolean): Build<Row, Result> =>
  (rows$) =>
    grouped(isOneGap)(rows$).pipe(
      aggregate((rows) => ({
        n: rows.count(),
        sum: rows.sum((r) => r.at),
        all: rows.collectList((r) => r.at),
      })),
    ) as Observable<never>;

/** The rule, written naively: a row takes in every session that it touches. */
class Model {
  sessions: readonly Session[] = [];

  batch(rows: readonly Row[], late: number, evict: number): readonly Session[] {
    for (const row of rows) {
      const end = row.at + row.gap;
      if (end <= late) continue;
      let one: Session = { key: row.key, start: row.at, end, n: 1, sum: row.at };
      const apart: Session[] = [];
      for (const each of this.sessions) {
        if (each.key !== row.key || each.start > end || each.end < row.at) apart.push(each);
        else {
          one = {
            key: one.key,
            start: Math.min(one.start, each.start),
            end: Math.max(one.end, each.end),
            n: one.n + each.n,
            sum: one.sum + each.sum,
          };
        }
      }
      this.sessions = [...apart, one];
    }
    const over = this.sessions.filter(({ end }) => end <= evict);
    this.sessions = this.sessions.filter(({ end }) => end > evict);
    return inOrder(over);
  }
}

const inOrder = (sessions: readonly Session[]) =>
  [...sessions].sort((a, b) => a.end - b.end || (a.key < b.key ? -1 : 1));

const shown = (results: readonly Result[]): readonly Session[] =>
  results.map(({ key, window: { start, end }, n, sum }) => ({ key, start, end, n, sum }));

const batchesOf = (gap: fc.Arbitrary<number>) =>
  fc.array(
    fc.record<Batch>({
      rows: fc.array(
        fc.record<Row>({
          key: fc.constantFrom('a', 'b'),
          at: fc.integer({ min: 1, max: 90 }),
          gap,
        }),
        { maxLength: 8 },
      ),
      rise: fc.integer({ min: 0, max: 25 }),
    }),
    { minLength: 1, maxLength: 8 },
  );

describe.each([
  ['one gap, row by row', counted(true), fc.constant(oneGap)],
  ['one gap, in order of time', listed(true), fc.constant(oneGap)],
  ['a gap of each row, row by row', counted(false), fc.integer({ min: 1, max: 30 })],
  ['a gap of each row, in order of time', listed(false), fc.integer({ min: 1, max: 30 })],
])('sessions, %s', (_name, build, gap) => {
  it('come out as the rule says, each in the batch in which it is over', () => {
    fc.assert(
      fc.property(batchesOf(gap), (batches) => {
        const run = new OperatorHarness(build, { delayMs: 0 });
        const model = new Model();
        for (const { rows, late, evict } of steps(batches)) {
          const out = run.batch({ rows: timed(rows), late, evict });
          expect(inOrder(shown(out.rows))).toEqual(model.batch(rows, late, evict));
          expect(out.times).toEqual([...out.times].sort((a, b) => a - b));
          expect(run.total).toBe(model.sessions.length);
        }
        const { rows } = run.batch({ closing: true });
        expect(inOrder(shown(rows))).toEqual(inOrder(model.sessions));
        expect(run.total).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('so too where each batch begins with what is on disk', async () => {
    await fc.assert(
      fc.asyncProperty(batchesOf(gap), fc.boolean(), async (batches, restarts) => {
        const stored = await StoredHarness.open(build, { delayMs: 0 });
        const model = new Model();
        for (const { rows, late, evict } of steps(batches)) {
          const out = await stored.batch({ rows: timed(rows), late, evict });
          expect(inOrder(shown(out.rows))).toEqual(model.batch(rows, late, evict));
          expect(stored.run.total).toBe(model.sessions.length);
          if (restarts) await stored.restart();
        }
        const { rows } = await stored.batch({ closing: true });
        expect(inOrder(shown(rows))).toEqual(inOrder(model.sessions));
        await stored.restart();
        await stored.batch();
        expect(stored.run.total).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});

describe('sessions that versions before D-037 have left', () => {
  /** Spans of each key in one table, every session in the other. */
  function backendWith(sessions: readonly Session[]) {
    const backend = memoryBackend();
    const state = backend.operator('operator-0');
    const heads = state.keyed<readonly number[]>('heads', { counted: false });
    const table = state.timed<{ start: number; value: unknown }>('sessions');
    backend.begin();
    const byStart = [...sessions].sort((a, b) => a.start - b.start);
    for (const key of ['a', 'b']) {
      const own = byStart.filter((each) => each.key === key);
      const spans = own.flatMap(({ start, end }) => [start, end]);
      if (spans.length > 0) heads.insert(key, spans);
      for (const { start, end, n } of own) table.insert(end, key, { start, value: n });
    }
    return { backend, heads };
  }

  const onlyCounted: Build<Row, Result> = (rows$) =>
    grouped(true)(rows$).pipe(
      aggregate((rows) => ({ n: rows.count() })),
    ) as unknown as Observable<Result>;

  it('go on: rows join them, bridge them, and they leave', () => {
    fc.assert(
      fc.property(
        batchesOf(fc.constant(oneGap)),
        batchesOf(fc.constant(oneGap)),
        (before, after) => {
          const model = new Model();
          for (const { rows } of before) model.batch(rows, 0, 0);
          const { backend, heads } = backendWith(model.sessions);
          const run = new OperatorHarness(onlyCounted, { delayMs: 0, backend });
          const counts = (all: readonly Session[]) => all.map(({ sum: _, ...rest }) => rest);
          for (const { rows, late, evict } of steps(after)) {
            const out = run.batch({ rows: timed(rows), late, evict });
            expect(counts(inOrder(shown(out.rows)))).toEqual(
              counts(model.batch(rows, late, evict)),
            );
            expect(run.total).toBe(model.sessions.length);
          }
          const { rows } = run.batch({ closing: true });
          expect(counts(inOrder(shown(rows)))).toEqual(counts(inOrder(model.sessions)));
          expect([run.total, heads.size]).toEqual([0, 0]);
        },
      ),
    );
  });
});

function timed(rows: readonly Row[]) {
  return rows.map((row) => [row, row.at] as const);
}

/** Late and eviction watermark of each batch. */
function steps(batches: readonly Batch[]) {
  let evict = 0;
  return batches.map(({ rows, rise }) => {
    const late = evict;
    evict += rise;
    return { rows, late, evict };
  });
}
