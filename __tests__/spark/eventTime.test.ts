import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import {
  addData,
  assertRun,
  assertState,
  assertWatermark,
  checkAnswer,
  checkLastBatch,
  checkNewAnswer,
  crash,
  restart,
  stop,
  type TestAction,
  testStream,
} from '../../lib/testing/index.js';
import { availableNow } from '../../lib/triggers/availableNow.js';
import { once } from '../../lib/triggers/once.js';
import { aggregate } from '../../operators/aggregate.js';
import { count } from '../../operators/count.js';
import { select } from '../../operators/select.js';
import { union } from '../../operators/union.js';
import { window } from '../../operators/window.js';
import { withWatermark } from '../../operators/withWatermark.js';
import { addTogether } from '../operators/joinScript.js';
import { addWhileStopped, checkpoints, ms } from './sparkScript.js';

type Seconds = ReturnType<typeof memoryStream<number>>;

/** Delay 10 s, windows of 5 s; rows as [start in seconds, count]. */
function fiveSeconds(seconds: Seconds) {
  return readStream(seconds).pipe(
    withWatermark(ms, '10 seconds'),
    window('5 seconds', { timestamps: 'ms' }),
    count(),
    select((row): readonly [number, number] => [row.window.start / 1000, row.count]),
  );
}

/** Event time figures of the last batch with rows. */
function checkEventTime(expected: object): TestAction {
  return assertRun(`event time ${JSON.stringify(expected)}`, ({ progress }) => {
    const withRows = progress.filter((batch) => batch.numInputRows > 0);
    const shown = Object.entries(withRows.at(-1)?.eventTime ?? {}).map(([name, iso]) => [
      name,
      Date.parse(iso) / 1000,
    ]);
    expect(Object.fromEntries(shown)).toEqual(expected);
  });
}

/** semantics/spark.md 3.2 */
describe('EventTimeWatermarkSuite', () => {
  const checkpoint = checkpoints();

  it('without a watermark progress has no event time', () => {
    const seconds = memoryStream<number>();
    const counts = readStream(seconds).pipe(
      window('5 seconds', { time: ms, timestamps: 'ms' }),
      count(),
      select((row) => [row.window.start / 1000, row.count]),
    );
    return testStream(counts, { outputMode: 'complete' })(
      addData(seconds, 15),
      checkEventTime({}),
      checkLastBatch([15, 1]),
      addData(seconds, 10, 12, 14),
      checkEventTime({}),
      checkLastBatch([10, 3], [15, 1]),
    );
  });

  it('progress has the event times of a batch and the watermark that it used', () => {
    const seconds = memoryStream<number>();
    return testStream(fiveSeconds(seconds))(
      addData(seconds, 15),
      checkEventTime({ min: 15, max: 15, avg: 15, watermark: 0 }),
      addData(seconds, 10, 12, 14),
      checkEventTime({ min: 10, max: 14, avg: 12, watermark: 5 }),
      addData(seconds, 25),
      checkNewAnswer([10, 3]),
      checkEventTime({ min: 25, max: 25, avg: 25, watermark: 5 }),
    );
  });

  it('the once trigger is always one run late (SPARK-24699)', () => {
    const seconds = memoryStream<number>();
    const options = { trigger: once(), checkpointLocation: checkpoint.folder };
    const runOn = (...values: number[]) => [addWhileStopped(seconds, ...values), restart];
    return testStream(fiveSeconds(seconds), options)(
      stop,
      ...runOn(15),
      checkNewAnswer(),
      assertWatermark(0),
      ...runOn(10, 12, 14),
      checkNewAnswer(),
      assertWatermark(ms(5)),
      ...runOn(25),
      checkNewAnswer(),
      assertWatermark(ms(5)),
      ...runOn(50),
      checkNewAnswer([10, 3]),
      assertWatermark(ms(15)),
      ...runOn(50),
      checkNewAnswer([15, 1], [25, 1]),
      assertWatermark(ms(40)),
    );
  });

  it('availableNow runs what becomes due before it ends', () => {
    const seconds = memoryStream<number>();
    const options = { trigger: availableNow(), checkpointLocation: checkpoint.folder };
    const runOn = (...values: number[]) => [addWhileStopped(seconds, ...values), restart];
    return testStream(fiveSeconds(seconds), options)(
      stop,
      ...runOn(15),
      ...runOn(10, 12, 14),
      checkNewAnswer(),
      ...runOn(25),
      checkNewAnswer([10, 3]),
      ...runOn(50),
      checkNewAnswer([15, 1], [25, 1]),
      ...runOn(50),
      checkNewAnswer(),
    );
  });

  it('a delay may be given in months of 31 and years of 372 days', () => {
    const days = memoryStream<number>();
    const counts = readStream(days).pipe(
      withWatermark((day) => ms(day * 86_400), '2 years 5 months'),
      window('1 day', { timestamps: 'ms' }),
      count(),
    );
    const delay = 2 * 372 + 5 * 31;
    return testStream(counts)(
      addData(days, 10_000),
      addData(days, 10_000),
      assertWatermark(ms((10_000 - delay) * 86_400)),
    );
  });

  it.each(['-1 year', '1 year -13 months', '1 month -40 days', '-10 seconds'])(
    'a negative delay is refused: %s',
    (delay) => {
      expect(() => withWatermark(ms, delay)).toThrow(/negative|not be/);
    },
  );

  it('a query goes on where its last batch stood, also if that has to run again', () => {
    const seconds = memoryStream<number>();
    return testStream(fiveSeconds(seconds), { checkpointLocation: checkpoint.folder })(
      addData(seconds, 10, 11, 12, 13, 14, 15),
      checkNewAnswer(),
      addData(seconds, 25),
      checkNewAnswer([10, 5]),
      crash('kp4:after', addData(seconds, 10, 27, 30)),
      checkNewAnswer([15, 1]), // 10 is late; W 20 s
      restart,
      addData(seconds, 17),
      checkNewAnswer(),
      assertState({ dropped: 1 }),
      addData(seconds, 40),
      checkNewAnswer([25, 2]),
    );
  });

  it('of two streams the slower one counts, and no watermark falls', () => {
    const [first, second] = [memoryStream<number>(), memoryStream<number>()];
    const sum = readStream(first).pipe(
      withWatermark(ms, '10 seconds'),
      union(readStream(second).pipe(withWatermark(ms, '5 seconds'))),
      window('5 seconds'),
      aggregate((rows) => ({ sum: rows.sum((s) => s) })),
    );
    const table: (readonly [firsts: number[], seconds: number[], watermark: number])[] = [
      [[11], [], 0],
      [[], [6], 1],
      [[], [8], 1], // 8 - 5 = 3, first stands at 1
      [[21], [], 3],
      [[], [17, 28, 39], 11],
      [[31], [], 21],
      [[41], [], 31],
      [[51], [], 34],
      [[100], [100], 90],
      [[120], [110], 105],
      [[130], [125], 120],
      [[100], [100], 120],
      [[140], [100], 120],
      [[100], [135], 130],
      [[200], [190], 185],
    ];
    // A complete table runs no batch of its own, so the next one shows the watermark.
    const steps = table.map(([firsts, others], i): TestAction => {
      const used = table[i - 1]?.[2] ?? 0;
      return {
        name: `${firsts} / ${others}`,
        run: async (run) => {
          await addTogether([first, ...firsts], [second, ...others]).run(run);
          await assertWatermark(ms(used)).run(run);
        },
      };
    });
    return testStream(sum, { outputMode: 'complete', checkpointLocation: checkpoint.folder })(
      ...steps,
      restart,
      addData(second, 200),
      assertWatermark(ms(185)),
      addData(first, 200), // both at 200: min(190, 195)
      assertWatermark(ms(190)),
      addData(first, 200),
      assertWatermark(ms(190)),
    );
  });

  it.each([
    ['max', [15, 115, 140], [150, 0]],
    ['min', [10, 110, 110], [0, 150]],
  ] as const)('policy %s, over a restart', (multipleWatermarkPolicy, [a, b, c], last) => {
    const [first, second] = [memoryStream<number>(), memoryStream<number>()];
    const both = readStream(first).pipe(
      withWatermark(ms, '10 seconds'),
      union(readStream(second).pipe(withWatermark(ms, '15 seconds'))),
      window('1 hour'),
      count(),
    );
    const shown = (watermark: number) => [
      addTogether([first], [second]),
      assertWatermark(ms(watermark)),
    ];
    return testStream(both, { multipleWatermarkPolicy, checkpointLocation: checkpoint.folder })(
      addTogether([first, 20], [second, 30]),
      ...shown(a),
      restart,
      ...shown(a),
      addTogether([first, 120], [second, 130]),
      ...shown(b),
      addTogether([first, last[0]], [second, last[1]]),
      ...shown(c),
    );
  });

  it('a mark behind a mark is refused', async () => {
    const seconds = memoryStream<number>();
    const twice = readStream(seconds).pipe(
      withWatermark(ms, '10 seconds'),
      select((s) => s + 1),
      withWatermark(ms, '10 seconds'),
    );
    await expect(testStream(twice)()).rejects.toMatchObject({ code: 'WATERMARK_REDEFINED' });
  });

  it('a window under another name keeps its event time (SPARK-27340)', () => {
    const seconds = memoryStream<number>();
    const renamed = readStream(seconds).pipe(
      withWatermark(ms, '10 seconds'),
      window('5 seconds', { timestamps: 'ms' }),
      count(),
      select((row) => ({ w: row.window, n: row.count })),
      window('10 seconds', { timestamps: 'ms' }),
      aggregate((rows) => ({ n: rows.sum((row) => row.n) })),
      select((row) => [row.window.start / 1000, row.n]),
    );
    return testStream(renamed)(
      addData(seconds, 10, 11, 12, 13, 14, 15),
      addData(seconds, 30), // W 20 s
      checkAnswer([10, 6]),
    );
  });
});
