import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, firstValueFrom } from 'rxjs';
import {
  aggregate,
  asap,
  continuous,
  foreachBatch,
  groupByKey,
  memorySink,
  memoryStream,
  queries,
  type RestartEvent,
  type RestartOptions,
  readStream,
  type StreamingQueryListener,
  select,
  writeStream,
} from '../../index.js';
import { RestartPolicy } from '../../lib/query/restartPolicy.js';
import { durationMs } from '../../lib/time/duration.js';

describe('restart policy', () => {
  let checkpointLocation: string;
  beforeEach(async () => {
    checkpointLocation = await mkdtemp(join(tmpdir(), 'millrace-restart-'));
  });
  afterEach(() => rm(checkpointLocation, { recursive: true }));

  /** A query whose batches fail as often as `failures` says, counting all rows. */
  function counting(failures: { left: number }, restart: RestartOptions) {
    const source = memoryStream<number>();
    const sink = memorySink<{ key: string; n: number }>();
    const query = writeStream(
      readStream(source).pipe(
        select((n) => {
          if (n === 3 && failures.left > 0) {
            failures.left -= 1;
            throw new RangeError('not yet');
          }
          return { k: 'all', n };
        }),
        groupByKey('k'),
        aggregate((rows) => ({ n: rows.sum((row) => row.n) })),
      ),
      { sink, outputMode: 'update', checkpointLocation, restart },
    );
    return { source, sink, query };
  }

  it('makes good as many failures in a row as it says, and loses or doubles no row', async () => {
    const { source, sink, query } = counting({ left: 2 }, { attempts: 2, delay: 1 });
    source.addData(1, 2);
    await query.processAllAvailable();
    source.addData(3, 4);
    await query.processAllAvailable();
    expect(sink.rows().at(-1)).toMatchObject({ n: 10 });
    expect(query.lastProgress?.restarts).toBe(2);
    expect(query.lastProgress?.batchId).toBe(1);
    await query.stop();
  });

  it('has a delay after any number of failures', () => {
    const policy = RestartPolicy.of({ attempts: 2000, delay: 0 }, true);
    const delays = new Set(Array.from({ length: 2000 }, () => policy.next()));
    expect([...delays]).toEqual([0]);
  });

  it('fails with the last error when they are used up', async () => {
    const { source, query } = counting({ left: 3 }, { attempts: 2, delay: 1 });
    source.addData(3);
    await expect(query.awaitTermination()).rejects.toMatchObject({
      code: 'BATCH_FAILED',
      cause: { message: 'not yet' },
    });
    expect(query.isActive).toBe(false);
  });

  it.each([
    ['a micro-batch', asap()],
    ['an epoch', continuous('1 millisecond')],
  ])('says of %s that runs again which rows it reads', async (_name, trigger) => {
    const source = memoryStream<number>();
    let failures = 2;
    const sink = foreachBatch<number>(() => {
      if (failures-- > 0) throw new Error('not yet');
    });
    const run = () => writeStream(readStream(source), { sink, checkpointLocation, trigger });
    for (let i = 0; i < 2; i++) {
      const query = run();
      if (i === 0) source.addData(1, 2);
      await expect(query.awaitTermination()).rejects.toMatchObject({
        params: { batchId: 0, ranges: '0: null to 1' },
      });
    }
    const query = run();
    await query.processAllAvailable();
    expect(query.recentProgress[0]).toMatchObject({
      batchId: 0,
      sources: [{ startOffset: null, endOffset: 1, numInputRows: 2 }],
    });
    await query.stop();
  });

  it('counts anew after a committed batch', async () => {
    const failures = { left: 1 };
    const { source, sink, query } = counting(failures, { attempts: 1, delay: 1 });
    source.addData(3);
    await query.processAllAvailable();
    failures.left = 1;
    source.addData(3);
    await query.processAllAvailable();
    expect(sink.rows().at(-1)).toMatchObject({ n: 6 });
    expect(query.lastProgress?.restarts).toBe(2);
    await query.stop();
  });

  it('goes on committing epochs in continuous mode', async () => {
    const failures = { left: 0 };
    const source = memoryStream<number>();
    const query = writeStream(
      readStream(source).pipe(
        select((n) => {
          if (failures.left-- > 0) throw new RangeError('not yet');
          return n;
        }),
      ),
      {
        sink: memorySink<number>(),
        checkpointLocation,
        trigger: continuous(1000), // longer than the restart takes
        restart: { attempts: 1, delay: 1 },
      },
    );
    const committed = (rows: number) =>
      firstValueFrom(query.progress$.pipe(filter((progress) => progress.numInputRows === rows)));
    const first = committed(1);
    source.addData(1);
    await first;
    // The timer of the epoch runs when the failure comes.
    failures.left = 1;
    const second = committed(2);
    source.addData(2, 3);
    expect((await second).restarts).toBe(1);
    await query.stop();
  });

  it('tells listeners, with the error and a delay that doubles up to its limit', async () => {
    const events: RestartEvent[] = [];
    const listener: StreamingQueryListener = { onQueryRestarted: (event) => events.push(event) };
    queries.addListener(listener);
    try {
      const { source, query } = counting({ left: 3 }, { attempts: 3, delay: 2, maxDelay: 5 });
      source.addData(3);
      await query.processAllAvailable();
      await query.stop();
    } finally {
      queries.removeListener(listener);
    }
    expect(events.map(({ restarts, delayMs }) => [restarts, delayMs])).toEqual([
      [1, 2],
      [2, 4],
      [3, 5],
    ]);
    expect(events[0]?.exception.code).toBe('BATCH_FAILED');
  });

  it('stops at once while it waits for the next attempt', async () => {
    const waiting = new Promise<void>((resolve) => {
      queries.addListener({ onQueryRestarted: () => resolve() });
    });
    const { source, query } = counting({ left: 9 }, { attempts: 9, delay: '1 hour' });
    source.addData(3);
    await waiting;
    await query.stop();
    expect(query.exception).toBeUndefined();
    expect(query.isActive).toBe(false);
    for (const listener of queries.listListeners()) queries.removeListener(listener);
  });

  it('does not start again what never got going', async () => {
    const { source, query: holder } = counting({ left: 0 }, { attempts: 1 });
    source.addData(1);
    await holder.processAllAvailable();
    const { query } = counting({ left: 0 }, { attempts: 5, delay: '1 hour' });
    await expect(query.awaitTermination()).rejects.toMatchObject({ code: 'CHECKPOINT_LOCKED' });
    await holder.stop();
  });

  it('asks for a checkpoint, and for a number of attempts', () => {
    const rows = readStream(memoryStream<number>());
    const sink = memorySink<number>();
    expect(() => writeStream(rows, { sink, restart: { attempts: 1 } })).toThrow(
      'restart goes on from the last commit: give the query a checkpointLocation',
    );
    expect(() => writeStream(rows, { sink, checkpointLocation, restart: { attempts: 0 } })).toThrow(
      'restart.attempts must be a whole number >= 1, not 0',
    );
    const restart = { attempts: 1, delay: '2 minutes', maxDelay: '1 minute' };
    expect(() => writeStream(rows, { sink, checkpointLocation, restart })).toThrow(
      'restart.maxDelay (60000 ms) is shorter than the first delay (120000 ms)',
    );
  });

  it.each([
    ['1 hour', 3_600_000],
    ['1 second', 60_000],
  ])('waits for the whole of a first delay of %s, and its doubles up to %d ms', (delay, most) => {
    const policy = RestartPolicy.of({ attempts: 9, delay }, true);
    const delays = Array.from({ length: 9 }, () => policy.next());
    expect(delays[0]).toBe(durationMs(delay, 'delay'));
    expect(delays.at(-1)).toBe(most);
  });
});
