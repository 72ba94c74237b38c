import { setImmediate } from 'node:timers/promises';
import { delay, map, mergeMap, of, Subject } from 'rxjs';
import {
  foreachBatch,
  memorySink,
  memoryStream,
  readStream,
  type StreamingQuery,
  type StreamSource,
  select,
  union,
  where,
  withWatermark,
  writeStream,
} from '../../index.js';

describe('a query over memory', () => {
  it('runs a batch in the tick after rows have arrived', async () => {
    const source = memoryStream<number>();
    const sink = memorySink<number>();
    const query = writeStream(
      readStream(source).pipe(
        where((n) => n % 2 === 0),
        select((n) => n * 10),
        map((n) => n + 1),
      ),
      { sink },
    );
    source.addData(1, 2, 3, 4);
    await query.processAllAvailable();
    expect(sink.rows()).toEqual([21, 41]);
    source.addData(6);
    await query.processAllAvailable();
    expect(sink.rows()).toEqual([21, 41, 61]);
    expect(query.lastProgress?.batchId).toBe(1);
    await query.stop();
    expect(query.isActive).toBe(false);
  });

  it('says that it is paused from the end of the batch that was running until it goes on', async () => {
    const source = memoryStream<number>();
    let taken: () => void = () => undefined;
    const sink = foreachBatch<number>(
      () =>
        new Promise<void>((resolve) => {
          taken = resolve;
        }),
    );
    const query = writeStream(readStream(source), { sink });
    source.addData(1);
    await setImmediate();
    query.pause();
    source.addData(2);
    expect(query.status.message).toBe('Waiting for ForeachBatchSink to take batch 0');
    taken();
    await setImmediate();
    expect(query.status).toMatchObject({ message: 'Paused', isTriggerActive: false });
    query.resume();
    await setImmediate();
    expect(query.status.message).toBe('Waiting for ForeachBatchSink to take batch 1');
    taken();
    await query.processAllAvailable();
    query.pause();
    expect(query.status.message).toBe('Paused');
    await query.stop();
    expect(query.status.message).toBe('Stopped');
  });

  it('awaits asynchronous RxJS operators', async () => {
    const source = memoryStream<number>();
    const sink = memorySink<number>();
    const query = writeStream(readStream(source).pipe(mergeMap((n) => of(n).pipe(delay(1)))), {
      sink,
    });
    source.addData(1, 2, 3);
    await query.processAllAvailable();
    expect([...sink.rows()].sort()).toEqual([1, 2, 3]);
    await query.stop();
  });

  it('has not processed all while a source says what it found before the rows came', async () => {
    const rows: number[] = [];
    let wake = (): void => undefined;
    const source: StreamSource<number> = {
      kind: 'slow',
      description: 'slow',
      replayable: true,
      open: (ctx) => {
        wake = ctx.wake;
        return {
          latestOffset: async (start) => {
            const found = rows.length;
            await setImmediate();
            return found > Number(start ?? 0) ? found : start;
          },
          read: (after, upTo) => [rows.slice(Number(after ?? 0), Number(upTo))],
          commit: () => undefined,
          fixEnd: () => undefined,
          close: () => undefined,
        };
      },
    };
    const sink = memorySink<number>();
    const query = writeStream(readStream(source), { sink });
    await Promise.resolve(); // the source is being asked
    rows.push(1);
    wake();
    await query.processAllAvailable();
    expect(sink.rows()).toEqual([1]);
    await query.stop();
  });

  it('fails with the batch, the operator and the cause', async () => {
    const source = memoryStream<number>();
    const query = writeStream(
      readStream(source).pipe(
        select((n: number) => {
          if (n === 3) throw new RangeError('three');
          return n;
        }),
      ),
      { sink: memorySink<number>() },
    );
    source.addData(1, 2, 3);
    await expect(query.processAllAvailable()).rejects.toMatchObject({
      code: 'BATCH_FAILED',
      params: { batchId: 0, operator: 'select-0', reason: 'three' },
    });
  });

  it('takes a Subject and ends when it completes', async () => {
    const rows$ = new Subject<number>();
    const sink = memorySink<number>();
    const query = writeStream(
      rows$.pipe(
        select((n) => n + 1),
        union(of(100)),
      ),
      { sink },
    );
    rows$.next(1);
    rows$.next(2);
    rows$.complete();
    expect(await query.awaitTermination()).toBe(true);
    expect([...sink.rows()].sort()).toEqual([100, 2, 3]);
  });
});

describe('a live subscription', () => {
  it('passes rows at once', () => {
    const rows$ = new Subject<number>();
    const seen: number[] = [];
    rows$
      .pipe(
        withWatermark((n) => n, 0),
        where((n) => n > 1),
        map((n) => n * 2),
        select((n) => n + 1),
      )
      .subscribe({ next: (n) => seen.push(n), complete: () => seen.push(-1) });
    rows$.next(1);
    rows$.next(2);
    expect(seen).toEqual([5]);
    rows$.complete();
    expect(seen).toEqual([5, -1]);
  });
});

describe('a sink that stops its own query, without waiting', () => {
  it.each(['at once', 'after a while'])(
    '%s: its batch is committed and no other runs',
    async (when) => {
      const source = memoryStream<number>();
      const batches: number[] = [];
      const query = writeStream(readStream(source), {
        sink: foreachBatch(async (_rows, batchId) => {
          if (when !== 'at once') await Promise.resolve();
          batches.push(batchId);
          void query.stop();
        }),
      });
      source.addData(1);
      expect(await query.awaitTermination('10 seconds')).toBe(true);
      expect(batches).toEqual([0]);
      expect(query.lastProgress?.batchId).toBe(0);
    },
  );
});

describe('a query that a block disposes of', () => {
  it('has stopped behind it, also if the block throws, and if it has failed or stopped before', async () => {
    const numbers = memoryStream<number>();
    const queries: StreamingQuery[] = [];
    const block = async (body: (query: StreamingQuery) => Promise<unknown>) => {
      await using query = writeStream(readStream(numbers).pipe(select(positive)), {
        sink: memorySink(),
      });
      queries.push(query);
      await body(query);
    };
    const positive = (n: number) => {
      if (n > 0) return n;
      throw new RangeError('not positive');
    };
    numbers.addData(1);
    await block((query) => query.processAllAvailable());
    await expect(block(() => Promise.reject(new TypeError('a test that fails')))).rejects.toThrow(
      'a test that fails',
    );
    await block((query) => query.stop());
    numbers.addData(-1);
    await block((query) => query.awaitTermination().catch(() => undefined));
    expect(queries.map((query) => query.isActive)).toEqual([false, false, false, false]);
    expect(queries.map((query) => query.exception?.code)).toEqual([
      undefined,
      undefined,
      undefined,
      'BATCH_FAILED',
    ]);
  });
});
