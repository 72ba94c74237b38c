import {
  aggregate,
  dropDuplicates,
  groupByKey,
  memorySink,
  memoryStream,
  observe,
  queries,
  readStream,
  type StreamingQueryProgress,
  union,
  where,
  window,
  withWatermark,
  writeStream,
} from '../../index.js';

const counted = () => {
  const source = memoryStream<{ t: number; k: string }>('events');
  const query = writeStream(
    readStream(source).pipe(
      observe('seen', (rows) => ({ n: rows.count() })),
      withWatermark((r) => r.t * 1000, '10 seconds'),
      groupByKey('k'),
      window('10 seconds', { timestamps: 'ms' }),
      aggregate((rows) => ({ n: rows.count() })),
    ),
    { sink: memorySink(), outputMode: 'update', queryName: 'counted' },
  );
  return { source, query };
};

describe('progress', () => {
  afterEach(async () => {
    for (const query of queries.active) await query.stop();
  });

  it('lists a stateful operator once, however many paths lead to it', async () => {
    const source = memoryStream<number>();
    let rows = readStream(source).pipe(
      dropDuplicates(),
      where(() => false),
    );
    for (let i = 0; i < 40; i++) rows = rows.pipe(union(rows)); // 2^40 paths
    const query = writeStream(rows, { sink: memorySink() });
    source.addData(1, 2);
    await query.processAllAvailable();
    expect(query.lastProgress?.stateOperators.map((each) => each.operatorId)).toEqual([
      'dropDuplicates-0',
    ]);
  });

  it('has the times of the first of several watermarks that has seen rows, as Spark', async () => {
    const [left, right] = [memoryStream<number>(), memoryStream<number>()];
    const timed = (source: typeof left, delay: string) =>
      readStream(source).pipe(withWatermark((s: number) => s * 1000, delay));
    const query = writeStream(timed(left, '1 second').pipe(union(timed(right, '5 seconds'))), {
      sink: memorySink(),
    });
    const at = (seconds: number) => new Date(seconds * 1000).toISOString();
    const batch = async (lefts: readonly number[], rights: readonly number[]) => {
      left.addData(...lefts);
      right.addData(...rights);
      await query.processAllAvailable();
      return query.recentProgress.findLast((each) => each.numInputRows > 0)?.eventTime;
    };
    const times = (avg: number, max: number, min: number, watermark: number) => {
      return { avg: at(avg), max: at(max), min: at(min), watermark: at(watermark) };
    };
    expect(await batch([1], [2])).toEqual(times(1, 1, 1, 0));
    expect(await batch([10, 20], [30, 31])).toEqual(times(15, 20, 10, 0));
    expect(await batch([], [50])).toEqual(times(50, 50, 50, 19));
    expect(await batch([21], [22])).toMatchObject(times(21, 21, 21, 19));
    await query.stop();
  });

  it("has Spark's fields with the figures of the batch", async () => {
    const { source, query } = counted();
    source.addData({ t: 25, k: 'a' }, { t: 15, k: 'b' }, { t: 35, k: 'a' });
    await query.processAllAvailable();
    const [first, noData] = query.recentProgress;
    expect(first).toMatchObject({
      id: query.id,
      runId: query.runId,
      name: 'counted',
      batchId: 0,
      numInputRows: 3,
      eventTime: {
        avg: '1970-01-01T00:00:25.000Z',
        max: '1970-01-01T00:00:35.000Z',
        min: '1970-01-01T00:00:15.000Z',
        watermark: '1970-01-01T00:00:00.000Z',
      },
      stateOperators: [
        {
          operatorName: 'stateStoreSave',
          operatorId: 'aggregate-0',
          numRowsTotal: 3,
          numRowsUpdated: 3,
          numRowsRemoved: 0,
          numRowsDroppedByWatermark: 0,
        },
      ],
      sources: [{ numInputRows: 3, startOffset: null, endOffset: 1, latestOffset: 1 }],
      sink: { numOutputRows: 3 },
      observedMetrics: { seen: { n: 3 } },
      numFailedRows: 0,
    });
    expect(first?.sources[0]?.description).toContain('events');
    expect(Object.keys(first?.durationMs ?? {})).toEqual(
      expect.arrayContaining(['addBatch', 'getBatch', 'latestOffset', 'triggerExecution']),
    );
    expect(new Date(first?.timestamp ?? '').getTime()).not.toBeNaN();
    // The watermark has risen to 25 s: a batch without rows removes [10, 20).
    expect(noData).toMatchObject({
      batchId: 1,
      numInputRows: 0,
      eventTime: { watermark: '1970-01-01T00:00:25.000Z' },
      stateOperators: [{ numRowsTotal: 2, numRowsRemoved: 1 }],
    });
    expect(query.lastProgress).toBe(noData);
    await query.stop();
  });

  it('comes as progress$, once per batch, and ends with the query', async () => {
    const { source, query } = counted();
    const seen: StreamingQueryProgress[] = [];
    let completed = false;
    query.progress$.subscribe({
      next: (progress) => seen.push(progress),
      complete: () => {
        completed = true;
      },
    });
    source.addData({ t: 1, k: 'a' });
    await query.processAllAvailable();
    source.addData({ t: 2, k: 'a' });
    await query.processAllAvailable();
    await query.stop();
    expect(seen).toEqual(query.recentProgress);
    expect(seen.map((progress) => progress.batchId)).toEqual([0, 1]);
    expect(completed).toBe(true);
  });

  it('keeps the last 100', async () => {
    const { source, query } = counted();
    for (let i = 0; i < 103; i++) {
      source.addData({ t: 1, k: 'a' });
      await query.processAllAvailable();
    }
    expect(query.recentProgress).toHaveLength(100);
    expect(query.recentProgress[0]?.batchId).toBe(3);
    await query.stop();
  });

  it('counts a null event time as 1970, which cannot raise the largest', async () => {
    const source = memoryStream<number | null>();
    const query = writeStream(readStream(source).pipe(withWatermark((t) => t, '1 second')), {
      sink: memorySink(),
    });
    source.addData(null, null);
    await query.processAllAvailable();
    const epoch = '1970-01-01T00:00:00.000Z';
    expect(query.lastProgress?.eventTime).toEqual({
      avg: epoch,
      max: epoch,
      min: epoch,
      watermark: epoch,
    });
    source.addData(20_000, null, 10_000);
    await query.processAllAvailable();
    expect(query.recentProgress[1]?.eventTime).toEqual({
      avg: '1970-01-01T00:00:10.000Z',
      max: '1970-01-01T00:00:20.000Z',
      min: epoch,
      watermark: epoch,
    });
    await query.stop();
  });

  it('is JSON, also where observed values are bigints', async () => {
    const source = memoryStream<bigint>();
    const query = writeStream(
      readStream(source).pipe(
        observe('seen', (rows) => ({
          most: rows.max((n) => n),
          least: rows.min((n) => n),
          all: rows.collectList((n) => n),
        })),
      ),
      { sink: memorySink() },
    );
    source.addData(1n, 2n ** 60n);
    await query.processAllAvailable();
    await query.stop();
    const big = String(2n ** 60n);
    expect(query.lastProgress).toMatchObject({
      observedMetrics: { seen: { most: 2n ** 60n, least: 1n } },
    });
    expect(JSON.parse(JSON.stringify(query.lastProgress))).toMatchObject({
      batchId: 0,
      observedMetrics: { seen: { most: big, least: 1, all: [1, big] } },
    });
  });

  it('says in status what the query is doing', async () => {
    const { source, query } = counted();
    source.addData({ t: 1, k: 'a' });
    await query.processAllAvailable();
    expect(query.status).toEqual({
      message: 'Waiting for data to arrive',
      isDataAvailable: false,
      isTriggerActive: false,
    });
    await query.stop();
    expect(query.status.message).toBe('Stopped');
  });
});
