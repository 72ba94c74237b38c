import {
  concat,
  mergeMap,
  mergeWith,
  Observable,
  type OperatorFunction,
  of,
  Subject,
  throwError,
} from 'rxjs';
import {
  count,
  foreachBatch,
  groupByKey,
  memorySink,
  memoryStream,
  queries,
  readStream,
  type StreamSink,
  type StreamSource,
  select,
  writeStream,
} from '../../index.js';

const nothing = memorySink<unknown>();

describe('a source that gives more than fits', () => {
  const start = (whenFull?: 'error' | 'dropOldest' | 'dropNewest') => {
    const rows$ = new Subject<number>();
    const sink = memorySink<number>();
    const options = { name: 'clicks', bufferSize: 2, ...(whenFull ? { whenFull } : {}) };
    const query = writeStream(readStream(rows$, options), { sink });
    return { rows$, sink, query };
  };

  it('fails the query', async () => {
    const { rows$, query } = start();
    for (const row of [1, 2, 3]) rows$.next(row);
    await expect(query.awaitTermination()).rejects.toMatchObject({
      code: 'BUFFER_FULL',
      params: { source: 'clicks', bufferSize: 2 },
    });
  });

  it('is left at that row, also while it is being subscribed to', async () => {
    let given = 0;
    const endless$ = new Observable<number>((observer) => {
      while (!observer.closed && given < 1000) observer.next(given++);
    });
    const query = writeStream(readStream(endless$, { bufferSize: 2 }), { sink: nothing });
    await expect(query.awaitTermination()).rejects.toMatchObject({ code: 'BUFFER_FULL' });
    expect(given).toBe(3);
  });

  it('runs no batch before the first row', async () => {
    const { rows$, sink, query } = start();
    await query.processAllAvailable();
    rows$.next(1);
    await query.processAllAvailable();
    await query.stop();
    expect(sink.batches()).toEqual([{ batchId: 0, rows: [1] }]);
  });

  it('does not when the buffer is just full', async () => {
    const { rows$, sink, query } = start();
    for (const row of [1, 2]) rows$.next(row);
    await query.processAllAvailable();
    expect(sink.rows()).toEqual([1, 2]);
    await query.stop();
  });

  it('drops, counted, if it may', async () => {
    for (const [whenFull, kept] of [
      ['dropOldest', [2, 3]],
      ['dropNewest', [1, 2]],
    ] as const) {
      const { rows$, sink, query } = start(whenFull);
      for (const row of [1, 2, 3]) rows$.next(row);
      await query.processAllAvailable();
      expect(sink.rows()).toEqual(kept);
      expect(query.lastProgress?.sources[0]?.metrics).toEqual({ droppedRecords: '1' });
      await query.stop();
    }
  });
});

describe('an RxJS operator above one that fails', () => {
  const failing = select((_row: number): number => {
    throw new RangeError('no');
  });

  type OperatorOf = (rows$: Observable<number>) => OperatorFunction<number, number>;
  it.each<[string, OperatorOf]>([
    ['while a row is given to it', (rows$: Observable<number>) => mergeMap(() => rows$)],
    ['while it is being subscribed to', (rows$: Observable<number>) => mergeWith(rows$)],
  ])('gives no further rows, %s', async (_when, operatorOf) => {
    let given = 0;
    const endless$ = new Observable<number>((observer) => {
      while (!observer.closed && given < 1000) observer.next(given++);
    });
    const source = memoryStream<number>();
    const stream = readStream(source).pipe(operatorOf(endless$), failing);
    const query = writeStream(stream, { sink: nothing });
    source.addData(1);
    await expect(query.awaitTermination()).rejects.toThrow('failed in select-0');
    expect(given).toBeLessThan(2);
  });
});

describe('names', () => {
  it('of active queries are taken, of stopped ones free', async () => {
    const start = () =>
      writeStream(readStream(memoryStream()), { sink: nothing, queryName: 'unique' });
    const first = start();
    expect(start).toThrow(
      expect.objectContaining({ code: 'QUERY_NAME_TAKEN', params: { name: 'unique' } }),
    );
    expect(queries.get('unique')).toBe(first);
    await first.stop();
    await start().stop();
  });
});

describe('a source that cannot forget what is committed', () => {
  it('is named, not the state store', async () => {
    const rows = memoryStream<number>();
    const source: StreamSource<number> = {
      kind: 'keeping',
      description: 'Keeping[rows]',
      replayable: true,
      open: async (ctx) => {
        const inner = await rows.open(ctx);
        return Object.assign(Object.create(inner) as typeof inner, {
          commit: () => {
            throw new Error('no longer connected');
          },
        });
      },
    };
    const query = writeStream(readStream(source), { sink: nothing });
    rows.addData(1);
    await expect(query.processAllAvailable()).rejects.toMatchObject({
      code: 'BATCH_FAILED',
      params: { operator: 'Keeping[rows]', reason: 'no longer connected' },
    });
  });
});

describe('a failure outside any batch', () => {
  it('ends the query with its cause', async () => {
    const cause = new Error('no such table');
    const sink: StreamSink<unknown> = {
      ...nothing,
      open: () => {
        throw cause;
      },
    };
    const query = writeStream(readStream(memoryStream()), { sink, queryName: 'q' });
    await expect(query.awaitTermination()).rejects.toMatchObject({
      code: 'QUERY_FAILED',
      params: { name: 'q', reason: 'MemorySink: no such table' },
      cause,
    });
  });

  it('of an Observable is one as well', async () => {
    const query = writeStream(
      throwError(() => new Error('gone')),
      { sink: nothing, queryName: 'q' },
    );
    await expect(query.awaitTermination()).rejects.toMatchObject({
      code: expect.stringMatching(/^(QUERY|BATCH)_FAILED$/),
      params: { reason: 'Live[observable]: gone' },
    });
  });

  it('of an Observable comes behind the rows before it, as in RxJS', async () => {
    const sink = memorySink<number>();
    const failing$ = concat(
      of(1, 2),
      throwError(() => new Error('gone')),
    );
    const query = writeStream(failing$.pipe(select((n) => n * 10)), { sink });
    await expect(query.awaitTermination()).rejects.toMatchObject({
      params: { reason: 'Live[observable]: gone' },
    });
    expect(sink.rows()).toEqual([10, 20]);
  });
});

describe('stop', () => {
  it('says so when the sink hangs', async () => {
    const source = memoryStream<number>();
    let release: () => void = () => undefined;
    const hung = new Promise<void>((resolve) => {
      release = resolve;
    });
    const query = writeStream(readStream(source), {
      sink: foreachBatch<number>(() => hung),
      queryName: 'hangs',
      stopTimeout: 5,
    });
    source.addData(1);
    await expect(query.stop()).resolves.toBeUndefined(); // nothing has begun yet
    const second = writeStream(readStream(source), {
      sink: foreachBatch<number>(() => hung),
      queryName: 'hangs',
      stopTimeout: 5,
    });
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    await expect(second.stop()).rejects.toMatchObject({
      code: 'STOP_TIMEOUT',
      params: { name: 'hangs', timeoutMs: 5 },
    });
    release();
    await second.awaitTermination();
  });
});

describe('the state of a query', () => {
  it('is not there any more once it has stopped', async () => {
    const source = memoryStream<string>();
    const query = writeStream(
      readStream(source).pipe(
        groupByKey((word) => word),
        count(),
      ),
      { sink: nothing, outputMode: 'update', queryName: 'words' },
    );
    source.addData('a');
    await query.processAllAvailable();
    expect(await query.state('aggregate-0').get('a')).toHaveLength(1);
    await query.stop();
    await expect(query.state('aggregate-0').get('a')).rejects.toMatchObject({
      code: 'QUERY_NOT_ACTIVE',
    });
  });
});
