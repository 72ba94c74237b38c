import { Subject } from 'rxjs';
import {
  aggregate,
  count,
  groupByKey,
  memoryStream,
  processingTime,
  readStream,
  select,
  union,
  window,
  withWatermark,
} from '../../index.js';
import {
  addData,
  advanceClock,
  assertRun,
  assertState,
  assertWatermark,
  checkLastBatch,
  checkNewAnswer,
  crash,
  expectFailure,
  manualClock,
  stop,
  testStream,
} from '../../lib/testing/index.js';

const seconds = (n: number) => n * 1000;

/** semantics/spark.md 3.2: delay 10 s, windows of 5 s, counts. */
function windowCounts() {
  const source = memoryStream<number>();
  const counts = readStream(source).pipe(
    withWatermark((s) => seconds(s), '10 seconds'),
    window('5 seconds', { timestamps: 'ms' }),
    aggregate((rows) => ({ n: rows.count() })),
  );
  return { source, counts };
}

const w = (start: number, n: number) => ({
  window: { start: seconds(start), end: seconds(start + 5) },
  n,
});

describe('event time and watermark, as EventTimeWatermarkSuite', () => {
  it('append mode emits a window when the watermark has passed its end', async () => {
    const { source, counts } = windowCounts();
    await testStream(counts)(
      addData(source, 10, 11, 12, 13, 14, 15),
      checkNewAnswer(),
      addData(source, 25),
      checkNewAnswer(w(10, 5)),
      assertState({ total: 2 }),
      addData(source, 10),
      checkNewAnswer(),
      assertState({ total: 2, dropped: 1 }),
    );
  });

  it('update mode emits what changed and drops late rows', async () => {
    const { source, counts } = windowCounts();
    await testStream(counts, { outputMode: 'update' })(
      addData(source, 10, 11, 12, 13, 14, 15),
      checkNewAnswer(w(10, 5), w(15, 1)),
      addData(source, 25),
      checkNewAnswer(w(25, 1)),
      assertState({ total: 2 }),
      addData(source, 10, 25),
      checkNewAnswer(w(25, 2)),
      assertState({ dropped: 1 }),
      addData(source, 10),
      checkLastBatch(),
      assertState({ dropped: 1 }),
    );
  });

  it('complete mode drops and evicts nothing', async () => {
    const { source, counts } = windowCounts();
    await testStream(counts, { outputMode: 'complete' })(
      addData(source, 10, 11, 12),
      checkLastBatch(w(10, 3)),
      addData(source, 25),
      checkLastBatch(w(10, 3), w(25, 1)),
      addData(source, 25),
      checkLastBatch(w(10, 3), w(25, 2)),
      addData(source, 10),
      checkLastBatch(w(10, 4), w(25, 2)),
    );
  });

  it('two watermarks: the smaller one counts, and it never falls', async () => {
    const first = memoryStream<number>();
    const second = memoryStream<number>();
    const sums = readStream(first).pipe(
      withWatermark((s) => seconds(s), '10 seconds'),
      union(readStream(second).pipe(withWatermark((s) => seconds(s), '5 seconds'))),
      groupByKey(() => 'all'),
      count(),
    );
    const at = (s: number) => assertWatermark(seconds(s));
    await testStream(sums, { outputMode: 'complete' })(
      addData(first, 11),
      addData(second, 6),
      at(0),
      addData(second, 8),
      at(1),
      addData(first, 21),
      at(1),
      addData(second, 39),
      at(3),
      addData(second, 17),
      at(11),
    );
  });

  it('processing time: a batch at each multiple of the interval, the first at once', async () => {
    const source = memoryStream<string>();
    const clock = manualClock();
    const counts = readStream(source).pipe(
      groupByKey((s) => s),
      count(),
    );
    const trigger = processingTime('10 seconds', clock);
    await testStream(counts, { outputMode: 'update', trigger, clock })(
      addData(source, 'a'),
      checkNewAnswer({ key: 'a', count: 1 }),
      advanceClock('3 seconds'),
      addData(source, 'a'),
      checkNewAnswer(),
      advanceClock('7 seconds'),
      checkNewAnswer({ key: 'a', count: 2 }),
      advanceClock('30 seconds'),
      addData(source, 'a'),
      checkNewAnswer({ key: 'a', count: 3 }),
    );
  });
});

describe('a pipe that changes a row', () => {
  it('fails its script', async () => {
    const source = memoryStream<{ n: number; in: { n: number } }>();
    const changing = readStream(source).pipe(
      select((row) => {
        row.in.n += 1;
        return row;
      }),
    );
    await testStream(changing)(
      expectFailure('BATCH_FAILED', addData(source, { n: 1, in: { n: 1 } })),
    );
  });
});

describe('a script that fails', () => {
  it('points at the action, and says in fields what was compared', async () => {
    const source = memoryStream<string>();
    const script = testStream(readStream(source))(addData(source, 'a'), checkNewAnswer('b'));
    await expect(script).rejects.toMatchObject({
      code: 'ERR_ASSERTION',
      message: expect.stringContaining("=> checkNewAnswer('b')"),
      cause: { code: 'ERR_ASSERTION', actual: ['a'], expected: ['b'] },
    });
  });

  it.each<[unknown, string]>([
    [crash, 'the function crash itself'],
    [undefined, 'undefined'],
    [{ n: 1 }, '[object Object]'],
  ])('is not begun with what is no action: %p', async (action, found) => {
    const source = memoryStream<number>();
    const script = testStream(readStream(source))(addData(source, 1), action as never);
    await expect(script).rejects.toThrow(
      new TypeError(
        `testStream takes actions such as addData(source, 1) and restart, got ${found}`,
      ),
    );
  });

  it('adds data to a memoryStream, not to a Subject', () => {
    expect(() => addData(new Subject<number>() as never, 1)).toThrow(
      'addData takes a memoryStream, not [object Object]: put readStream(memoryStream())',
    );
  });

  it('has the error of a query that is not there as its cause', async () => {
    const script = testStream(readStream(memoryStream<string>()))(
      stop,
      assertRun('the query', (run) => void run.query),
    );
    await expect(script).rejects.toMatchObject({ cause: { code: 'QUERY_NOT_ACTIVE' } });
  });
});
