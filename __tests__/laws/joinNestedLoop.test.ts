import fc from 'fast-check';
import { earliest } from '../../lib/time/earliest.js';
import { type JoinType, joinWith, type TimeBound } from '../../operators/joinWith.js';
import { JoinHarness } from '../operators/joinHarness.js';

interface Row {
  readonly side: 'left' | 'right';
  readonly k: number | null;
  readonly t: number | null;
  readonly n: number;
  /** Batch in which it arrives. */
  readonly batch: number;
}

type Pair = readonly [left: Row | null, right: Row | null];

/** What a key has beside `on`; windows: some are longer than others with the same end. */
type KeyKind = 'bounds' | 'time' | 'window' | 'windows';

const row = fc.record({
  side: fc.constantFrom<'left' | 'right'>('left', 'right'),
  k: fc.option(fc.nat(1), { freq: 12 }),
  t: fc.option(fc.integer({ min: -5, max: 10 }), { freq: 12 }),
  n: fc.nat(3),
  batch: fc.nat(5),
});
const bound = fc.record({
  left: fc.constantFrom<TimeBound['left']>('<', '<=', '>', '>='),
  plus: fc.integer({ min: -3, max: 3 }),
});
const plan = fc.record({
  type: fc.constantFrom<JoinType>(
    'inner',
    'leftOuter',
    'rightOuter',
    'fullOuter',
    'leftSemi',
    'leftAnti',
  ),
  key: fc.constantFrom<KeyKind>('bounds', 'time', 'window', 'windows'),
  on: fc.constantFrom<keyof typeof ons>('number', 'mixed', 'struct', 'nothing'),
  bounds: fc.array(bound, { maxLength: 2 }),
  hasWhere: fc.boolean(),
  leftWhere: fc.boolean(),
  rightWhere: fc.boolean(),
  rows: fc.array(row, { maxLength: 90, size: 'max' }),
  restarts: fc.array(fc.nat(5)),
});
type Plan = typeof plan extends fc.Arbitrary<infer P> ? P : never;

const ons = {
  number: ({ k }: Row) => k,
  /** A list looks like the start of a window and another key. */
  mixed: ({ k, n }: Row) => (n % 2 === 0 ? k : [n < 2 ? -7 : -14, k]),
  struct: ({ k, n }: Row) => ({ k, n }),
  nothing: () => 0,
};

const windowOf = ({ t }: Row, size = 7) => {
  if (t === null) return null;
  const end = Math.floor(t / 7) * 7 + 7;
  return { start: end - size, end };
};
const windowsOf = (row: Row) => windowOf(row, row.n < 2 ? 7 : 14);

const timeKeys: Record<KeyKind, (row: Row) => unknown> = {
  bounds: () => 0,
  time: ({ t }) => t,
  window: (row) => windowOf(row),
  windows: windowsOf,
};

/** As text; null: a part of the key is null. */
function keyOf(p: Plan, row: Row): string | null {
  const [key, time] = [onOf(p)(row), timeKeys[p.key](row)];
  if (key === null || time === null || (typeof key === 'object' && row.k === null)) return null;
  return JSON.stringify([key, time]);
}

/** Bounds alone are no key. */
const onOf = (p: Plan) => ons[p.key === 'bounds' && p.on === 'nothing' ? 'number' : p.on];
const where = (l: Row, r: Row) => l.n <= r.n;
const leftWhere = (l: Row) => l.n !== 1;
const rightWhere = (r: Row) => r.n !== 2;

const cmp = {
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
};

function matches(p: Plan, l: Row, r: Row): boolean {
  const key = keyOf(p, l);
  if (key === null || key !== keyOf(p, r)) return false;
  if (p.leftWhere && !leftWhere(l)) return false;
  if (p.rightWhere && !rightWhere(r)) return false;
  if (p.hasWhere && !where(l, r)) return false;
  return p.bounds.every(
    ({ left, plus }) => l.t !== null && r.t !== null && cmp[left](l.t, r.t + plus),
  );
}

function nestedLoop(p: Plan): Pair[] {
  const left = p.rows.filter(({ side }) => side === 'left');
  const right = p.rows.filter(({ side }) => side === 'right');
  const pairs = left.flatMap((l) => right.filter((r) => matches(p, l, r)).map((r): Pair => [l, r]));
  const lonelyLeft = left.filter((l) => !pairs.some(([other]) => other === l));
  const lonelyRight = right.filter((r) => !pairs.some(([, other]) => other === r));
  const alone = lonelyLeft.map((l): Pair => [l, null]);
  switch (p.type) {
    case 'inner':
      return pairs;
    case 'leftOuter':
      return [...pairs, ...alone];
    case 'rightOuter':
      return [...pairs, ...lonelyRight.map((r): Pair => [null, r])];
    case 'fullOuter':
      return [...pairs, ...alone, ...lonelyRight.map((r): Pair => [null, r])];
    case 'leftSemi':
      return left.filter((l) => !lonelyLeft.includes(l)).map((l): Pair => [l, null]);
    case 'leftAnti':
      return alone;
  }
}

function joinOf(p: Plan, isStored: boolean): JoinHarness<Row, Row> {
  const on = onOf(p);
  const timeOf = timeKeys[p.key];
  const options = {
    type: p.type,
    ...(on === ons.nothing ? {} : { on: [on, on] }),
    ...(p.key === 'bounds' ? {} : { onTime: [timeOf, timeOf] }),
    within: p.bounds,
    ...(p.hasWhere ? { where } : {}),
    ...(p.leftWhere ? { leftWhere } : {}),
    ...(p.rightWhere ? { rightWhere } : {}),
    unbounded: true,
    select: (l: Row | null, r: Row | null): Pair => [l, r],
  };
  return new JoinHarness<Row, Row>((right) => joinWith(right, options as never), {
    stored: isStored,
  });
}

/** The highest watermarks that make no row late: 1 ms below the earliest row to come. */
function watermarks(p: Plan): number[] {
  return Array.from({ length: 6 }, (_, batch) => {
    const later = p.rows.filter((one) => one.batch > batch && one.t !== null);
    return (earliest(later.map((one) => one.t as number)) ?? 50) - 1;
  });
}

const shown = (pairs: readonly unknown[]) => pairs.map((pair) => JSON.stringify(pair)).sort();

async function check(p: Plan, isStored: boolean): Promise<void> {
  const harness = await joinOf(p, isStored).open();
  const evictions = watermarks(p);
  // Without a bound on both sides an old row may still come out, late for whoever is behind.
  const canLeave =
    p.key !== 'bounds' || ['<', '>'].every((c) => p.bounds.some((b) => b.left[0] === c));
  const got: unknown[] = [];
  for (const [batch, evict] of evictions.entries()) {
    const rows = p.rows.filter((one) => one.batch === batch);
    const late = evictions[batch - 1] ?? Number.NEGATIVE_INFINITY;
    const output = await harness.batch({
      rows: rows.map((one) => [one.side, one, one.t] as const),
      late,
      evict,
    });
    expect(output.late).toEqual([]);
    got.push(...output.rows);
    const behind = harness.plan.watermarkOut?.([late, late], late) ?? late;
    if (canLeave) for (const time of output.times) expect(time <= behind).toBe(false);
    if (isStored && p.restarts.includes(batch)) await harness.open();
  }
  const last = await harness.batch({ closing: true, late: evictions[5] ?? 0 });
  got.push(...last.rows);
  expect(shown(got)).toEqual(shown(nestedLoop(p)));
  if (canLeave && p.rows.every((one) => one.t !== null && keyOf(p, one) !== null))
    expect(last.total).toBe(0);
}

describe('a join equals a nested loop', () => {
  it('for any split into batches and any order of the two sides', () =>
    fc.assert(
      fc.asyncProperty(plan, (p) => check(p, false)),
      { numRuns: 200 },
    ));

  it('with state that is encoded, read back, and left by restarts', () =>
    fc.assert(
      fc.asyncProperty(plan, (p) => check(p, true)),
      { numRuns: 60 },
    ));
});
