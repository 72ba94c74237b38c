import { filter, map } from 'rxjs';
import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import { addData } from '../../lib/testing/actions.js';
import { checkNewAnswer } from '../../lib/testing/checks.js';
import { testStream } from '../../lib/testing/testStream.js';
import { count } from '../../operators/count.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { OperatorHarness } from './operatorHarness.js';

interface Row {
  readonly a: string | null;
  readonly b?: number;
}

const rows = (...given: Row[]) => given.map((row) => [row, null] as const);
const update = { outputMode: 'update' } as const;

describe('groupByKey', () => {
  it('groups by a function, a column, several columns, and null for undefined', () => {
    const by = (operator: typeof byFunction) =>
      new OperatorHarness<Row, unknown>((s) => s.pipe(operator, count()), update).batch({
        rows: rows({ a: 'x', b: 1 }, { a: null }, { a: 'x', b: 1 }),
      }).rows;
    const byFunction = groupByKey((row: Row) => row.b) as never;
    expect(by(byFunction)).toEqual([
      { key: 1, count: 2 },
      { key: null, count: 1 },
    ]);
    expect(by(groupByKey<Row, 'a'>('a') as never)).toEqual([
      { key: 'x', count: 2 },
      { key: null, count: 1 },
    ]);
    expect(by(groupByKey<Row, ['a', 'b']>('a', 'b') as never)).toEqual([
      { key: { a: 'x', b: 1 }, count: 2 },
      { key: { a: null, b: null }, count: 1 },
    ]);
  });

  it.each<[string, unknown[]]>([
    ['NaN, 0 and -0', [Number.NaN, 0, -0, Number.NaN]],
    ['__proto__ and constructor', ['__proto__', 'constructor', '__proto__', 'constructor']],
    ['1, 1n and "1"', [1, 1n, '1', 1, 1n, '1']],
    ['Dates by time', [new Date(1), new Date(2), new Date(1), new Date(2)]],
    [
      'tuples by content',
      [
        ['a', 1],
        ['a', 2],
        ['a', 1],
        ['a', 2],
      ],
    ],
    ['objects whatever the order of fields', [{ a: 1, b: 2 }, {}, { b: 2, a: 1 }, {}]],
  ])('keeps apart: %s', (_name, keys) => {
    const run = new OperatorHarness<unknown, { count: number }>(
      (s) =>
        s.pipe(
          groupByKey((key) => key),
          count(),
        ),
      update,
    );
    const counts = run.batch({ rows: keys.map((key) => [key, null]) }).rows.map((row) => row.count);
    expect(counts).toEqual(counts.map(() => 2));
    expect(counts.length * 2).toBe(keys.length);
  });

  it('takes __proto__ for a column like any other', () => {
    const row: unknown = JSON.parse('{"__proto__": "p", "b": 1}');
    const grouped = groupByKey('__proto__' as never, 'b' as never) as never;
    const run = new OperatorHarness<unknown, { key: object }>(
      (s) => s.pipe(grouped, count()) as never,
      update,
    );
    const [result] = run.batch({ rows: [[row, null]] }).rows;
    expect(Object.entries(result?.key ?? {})).toEqual([
      ['__proto__', 'p'],
      ['b', 1],
    ]);
  });

  it('shows { key, value } to RxJS operators, and what they leave is grouped', () => {
    const shown = new OperatorHarness<number, unknown>((s) => s.pipe(groupByKey((n) => n % 2)));
    expect(shown.batch({ rows: [[3, 5]] })).toMatchObject({
      rows: [{ key: 1, value: 3 }],
      times: [5],
    });
  });

  it('groups on behind RxJS operators by the key that they hand on', async () => {
    const numbers = memoryStream<number>();
    const odd = readStream(numbers).pipe(
      groupByKey((n) => n % 2),
      filter((g) => g.value > 0),
      map((g) => ({ ...g, key: g.key + 10 })),
      count(),
    );
    await testStream(odd, update)(
      addData(numbers, 1, 2, 3, -5),
      checkNewAnswer({ key: 11, count: 2 }, { key: 10, count: 1 }),
      addData(numbers, 5),
      checkNewAnswer({ key: 11, count: 3 }),
    );
  });

  it.each<[string, unknown[]]>([
    ['nothing', []],
    ['a number', [1]],
    ['two functions', [() => 1, () => 2]],
    ['a function and a name', [() => 1, 'a']],
  ])('refuses %s', (_name, args) => {
    expect(() => (groupByKey as (...a: unknown[]) => unknown)(...args)).toThrow(TypeError);
  });

  it('refuses an eventTime that is no function', () => {
    expect(() => groupByKey((n: number) => n, { eventTime: 'time' as never })).toThrow(TypeError);
  });

  it('a key that state cannot keep fails with a code', () => {
    const run = new OperatorHarness<unknown, unknown>(
      (s) =>
        s.pipe(
          groupByKey((k) => k),
          count(),
        ),
      update,
    );
    expect(() => run.batch({ rows: [[new Map(), null]] })).toThrow(
      expect.objectContaining({ code: 'STATE_NOT_ENCODABLE' }),
    );
  });
});
