import fc from 'fast-check';
import type { Plan, Row } from '../conformance/vector.js';

/** A random query in the form of the conformance vectors, and its sources by name and column prefix. */
export interface Query {
  readonly plan: Plan;
  readonly sources: Readonly<Record<string, string>>;
}

const one = { a: '' };
const two = { a: '', b: '' };
const sides = { a: 'l', b: 'r' };

/** How far behind a row may be: every watermark waits as long, so no row is late. */
const delayMs = 5000;

const marked = (name: string, prefix = ''): Plan => ({
  op: 'withWatermark',
  in: { op: 'source', name },
  column: `${prefix}time`,
  delayMs,
});

const keys = fc.constantFrom<readonly string[]>(['k'], ['j', 'k'], []);
const sizes = fc.constantFrom([5000, 5000], [10_000, 5000], [7000, 3000]);
/** None depends on the order of rows. */
const aggs = fc
  .subarray(
    [
      ['n', ['count']],
      ['nv', ['count', 'v']],
      ['s', ['sum', 'v']],
      ['lo', ['min', 'v']],
      ['hi', ['max', 'v']],
      ['set', ['collectSet', 'v']],
    ] as const,
    { minLength: 1 },
  )
  .map((list): Readonly<Record<string, readonly [string, string?]>> => Object.fromEntries(list));

const byWindow = (input: Plan): fc.Arbitrary<Plan> =>
  fc.tuple(keys, sizes, aggs).map(([by, [durationMs = 0, slideMs = 0], of]) => ({
    op: 'aggregate',
    in: input,
    keys: by,
    window: { column: 'time', durationMs, slideMs, startMs: 0 },
    aggs: of,
  }));

const bySession = (input: Plan): fc.Arbitrary<Plan> =>
  fc.tuple(fc.constantFrom(2000, 6000), aggs).map(([sessionGapMs, of]) => ({
    op: 'aggregate',
    in: input,
    keys: ['k'],
    window: { column: 'time', sessionGapMs },
    aggs: of,
  }));

const again = (input: Plan): Plan => ({
  op: 'aggregate',
  in: input,
  keys: [],
  window: { window: 'window', durationMs: 20_000, slideMs: 20_000, startMs: 0 },
  aggs: { groups: ['count'] },
});

const united: Plan = { op: 'union', inputs: [marked('a'), marked('b')] };
const filtered: Plan = { op: 'filter', in: marked('a'), where: [['v', '>', 2]] };
const distinct: Plan = {
  op: 'select',
  in: { op: 'dropDuplicates', in: marked('a'), columns: ['k', 'time'], withinWatermark: false },
  columns: ['k', 'time'],
};

/** Window aggregations, of which update and complete mode say the same. */
export const aggregations: fc.Arbitrary<Query> = fc.oneof(
  byWindow(marked('a')).map((plan) => ({ plan, sources: one })),
  byWindow(filtered).map((plan) => ({ plan, sources: one })),
  byWindow(united).map((plan) => ({ plan, sources: two })),
);

const joinType = fc.constantFrom('inner', 'leftOuter', 'rightOuter', 'fullOuter', 'leftSemi');

const within = [
  { left: 'ltime', cmp: '>=', right: 'rtime', plusMs: -3000 },
  { left: 'ltime', cmp: '<', right: 'rtime', plusMs: 4000 },
] as const;

const windowSide = (name: string, prefix: string): Plan => ({
  op: 'select',
  in: {
    op: 'withWindow',
    in: marked(name, prefix),
    column: `${prefix}time`,
    as: `${prefix}w`,
    durationMs: 5000,
  },
  columns: ['w', 'k', 'v'].map((column) => prefix + column),
});

const joins: fc.Arbitrary<Plan> = fc.oneof(
  joinType.map(
    (type): Plan => ({
      op: 'join',
      left: marked('a', 'l'),
      right: marked('b', 'r'),
      type: type as 'inner',
      on: [['lk', 'rk']],
      within,
    }),
  ),
  joinType.map(
    (type): Plan => ({
      op: 'join',
      left: windowSide('a', 'l'),
      right: windowSide('b', 'r'),
      type: type as 'inner',
      on: [
        ['lk', 'rk'],
        ['lw', 'rw'],
      ],
      where: [['lv', '!=', '@rv']],
    }),
  ),
);

const behindJoin: Plan = {
  op: 'aggregate',
  in: {
    op: 'select',
    in: {
      op: 'join',
      left: marked('a', 'l'),
      right: marked('b', 'r'),
      type: 'leftOuter',
      on: [['lk', 'rk']],
      within,
    },
    columns: ['ltime', 'lk', 'rv'],
  },
  keys: ['lk'],
  window: { column: 'ltime', durationMs: 5000, slideMs: 5000, startMs: 0 },
  aggs: { n: ['count'], s: ['sum', 'rv'] },
};

/** Queries whose answer neither depends on the order of rows nor on where a batch ends. */
export const queries: fc.Arbitrary<Query> = fc.oneof(
  aggregations,
  bySession(marked('a')).map((plan) => ({ plan, sources: one })),
  fc
    .oneof(byWindow(marked('a')), bySession(marked('a')))
    .map((plan) => ({ plan: again(plan), sources: one })),
  byWindow(distinct).map((plan) => ({ plan: again(countsOnly(plan)), sources: one })),
  joins.map((plan) => ({ plan, sources: sides })),
  fc.constant({ plan: behindJoin, sources: sides }),
);

/** The rows that dedup keeps have only key and time. */
function countsOnly(plan: Plan): Plan {
  return plan.op === 'aggregate' ? { ...plan, keys: ['k'], aggs: { n: ['count'] } } : plan;
}

/** Batches of rows by source. */
export type Steps = readonly Readonly<Record<string, readonly Row[]>>[];

interface Event {
  readonly gap: number;
  readonly behind: number;
  readonly k: string | null;
  readonly j: number;
  readonly v: number | null;
}

const events: fc.Arbitrary<readonly Event[]> = fc.array(
  fc.record({
    gap: fc.nat(8000),
    behind: fc.nat(delayMs - 1),
    k: fc.constantFrom('a', 'b', null),
    j: fc.nat(1),
    v: fc.option(fc.nat(6)),
  }),
  { maxLength: 12 },
);

/** Rows in any order that no watermark calls late, as the rows of each source. */
export const inputs: fc.Arbitrary<readonly (readonly Event[])[]> = fc.tuple(events, events);

/** Where batches end: numbers of rows of each batch; the rest is one more. */
export const cuts: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(4), { maxLength: 6 });

export function stepsOf(
  query: Query,
  input: readonly (readonly Event[])[],
  batches: readonly number[],
): Steps {
  const rows = Object.entries(query.sources).map(
    ([name, prefix], i) => [name, rowsOf(input[i] ?? [], prefix)] as const,
  );
  const left = new Map(rows.map(([name, list]) => [name, [...list]]));
  return [...batches, Number.POSITIVE_INFINITY].map((size) =>
    Object.fromEntries([...left].map(([name, list]) => [name, list.splice(0, size)])),
  );
}

function rowsOf(list: readonly Event[], prefix: string): readonly Row[] {
  let newest = delayMs + 1;
  return list.map(({ gap, behind, k, j, v }) => {
    newest += gap;
    return {
      [`${prefix}time`]: newest - behind,
      [`${prefix}k`]: k,
      [`${prefix}j`]: j,
      [`${prefix}v`]: v,
    };
  });
}
