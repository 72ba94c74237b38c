import { from, type Observable } from 'rxjs';
import {
  count,
  groupByKey,
  joinWith,
  type MemoryStream,
  memoryStream,
  readStream,
  select,
  where,
  window,
  withWatermark,
} from '../../index.js';
import { ownClass } from '../../lib/ownClass.js';
import {
  addData,
  advanceClock,
  checkNewAnswer,
  manualClock,
  testStream,
} from '../../lib/testing/index.js';
import { describeOnHosts } from './codeHosts.js';
import { OperatorHarness } from './operatorHarness.js';

describeOnHosts('what has a class of its own for each function,', () => {
  interface Row {
    readonly n: number;
    readonly at: number | null;
  }
  const build = (source: Observable<Row>) =>
    source.pipe(
      withWatermark((row) => row.at, '1 second'),
      where((row) => (row.n > 4 ? null : row.n !== 2)),
      select((row, { batchTimestampMs }) => `${row.n} at ${batchTimestampMs}`),
    );
  const row = (n: number, at: number | null = n): readonly [Row, null] => [{ n, at }, null];

  it('filters and maps rows', async () => {
    const harness = new OperatorHarness<Row, string>(build);
    const batch = { rows: [row(1), row(2), row(3, null), row(4), row(5)], at: 7 };
    const { rows } = await harness.batch(batch);
    expect(rows).toEqual(['1 at 7', '3 at 7', '4 at 7']);
  });

  it('times rows for the windows behind', () => {
    const counts: unknown[] = [];
    from([1, 1500, null, 1999, new Date(2000)])
      .pipe(
        withWatermark((at) => at, '1 second'),
        window('1 second', { timestamps: 'ms' }),
        count(),
      )
      .subscribe((row) => counts.push([row.window.start, row.count]));
    expect(counts).toEqual([
      [0, 1],
      [1000, 2],
      [2000, 1],
    ]);
  });

  type Timed = readonly [key: string, seconds: number];
  const timed = (rows: MemoryStream<Timed>) =>
    readStream(rows).pipe(withWatermark(([, s]) => 1000 * s, '0 seconds'));

  it('puts rows into windows, late ones into none', () => {
    const seconds = memoryStream<Timed>();
    const counts = timed(seconds).pipe(
      window('10 seconds', { timestamps: 'ms' }),
      count(),
      select(({ window: { start }, count: n }) => [start / 1000, n]),
    );
    return testStream(counts)(
      addData(seconds, ['a', 1], ['b', 9], ['a', 5], ['c', 20]),
      checkNewAnswer([0, 3]),
      addData(seconds, ['a', 9], ['a', 19], ['a', 20], ['c', 21], ['c', 19], ['c', 30]), // W 20 s
      checkNewAnswer([20, 3]),
    );
  });

  it('puts rows into windows by key, late ones into none', () => {
    const seconds = memoryStream<Timed>();
    const counts = timed(seconds).pipe(
      groupByKey(([key]) => key),
      window('10 seconds', { timestamps: 'ms' }),
      count(),
      select(({ key, window: { start }, count: n }) => [key, start / 1000, n]),
    );
    return testStream(counts)(
      addData(seconds, ['a', 1], ['b', 9], ['a', 5], ['c', 20]),
      checkNewAnswer(['a', 0, 2], ['b', 0, 1]),
      addData(seconds, ['a', 9], ['a', 19], ['a', 20], ['c', 21], ['c', 19], ['c', 30]), // W 20 s
      checkNewAnswer(['a', 20, 1], ['c', 20, 2]),
    );
  });

  it('takes the time of a batch for that of its rows', () => {
    const keys = memoryStream<string>();
    const clock = manualClock(1000);
    const counts = readStream(keys).pipe(
      withWatermark((_key, { batchTimestampMs }) => batchTimestampMs, '0 seconds'),
      groupByKey((key) => key),
      window('10 seconds', { timestamps: 'ms' }),
      count(),
      select((row) => [row.key, row.window.start, row.count]),
    );
    return testStream(counts, { clock, outputMode: 'update' })(
      addData(keys, 'a', 'b', 'a'),
      checkNewAnswer(['a', 0, 2], ['b', 0, 1]),
      advanceClock('9 seconds'),
      addData(keys, 'a'),
      checkNewAnswer(['a', 10_000, 1]),
    );
  });

  it('reads the keys of both sides of a join', () => {
    const [orders, users] = [memoryStream<{ user: number }>(), memoryStream<{ id: number }>()];
    const pairs = readStream(orders).pipe(
      joinWith(readStream(users), {
        type: 'inner',
        on: [({ user }) => user, ({ id }) => id],
        unbounded: true,
        select: ({ user }, { id }) => [user, id],
      }),
    );
    return testStream(pairs)(
      addData(orders, { user: 1 }, { user: 2 }),
      addData(users, { id: 2 }, { id: 3 }),
      checkNewAnswer([2, 2]),
    );
  });

  it.each([
    ['where', where<number>((n) => failing(n) > 0)],
    ['select', select((n: number) => failing(n))],
  ])('says which row %s has failed at', async (_name, operator) => {
    const harness = new OperatorHarness<number, unknown>((source) => source.pipe(operator));
    await expect(async () => harness.batch({ rows: [[2, null]] })).rejects.toThrow('no 2');
  });

  it('keeps apart functions of one text that have closed over different values', async () => {
    const above = (least: number) => where<number>((n) => n > least);
    const harness = new OperatorHarness<number, number>((source) =>
      source.pipe(above(1), above(2)),
    );
    const { rows } = await harness.batch({ rows: [[1, 1] as const, [2, 2], [3, 3]] });
    expect(rows).toEqual([3]);
  });
});

it('ownClass makes one class for functions of one text, and one for each class that it extends (generated code)', () => {
  class Asker {
    constructor(readonly ask: () => string) {}
    answer(): string {
      return this.ask();
    }
  }
  class Other extends Asker {}
  const method = 'answer() { return "own " + this.ask(); }';
  const asking = (answer: string) => () => answer;
  const Own = ownClass(Asker, [asking('a')], method);
  expect(ownClass(Asker, [asking('b')], method)).toBe(Own);
  expect(ownClass(Asker, [() => 'c'], method)).not.toBe(Own);
  expect(new Own(asking('a')).answer()).toBe('own a');
  expect(new (ownClass(Other, [asking('a')], method))(asking('a'))).toBeInstanceOf(Other);
});

function failing(n: number): number {
  if (n === 2) throw new RangeError('no 2');
  return n;
}
