import { setImmediate } from 'node:timers/promises';
import { identity, type MonoTypeOperatorFunction, mergeMap } from 'rxjs';
import {
  asap,
  continuous,
  count,
  foreach,
  foreachBatch,
  groupByKey,
  memoryStream,
  once,
  type RestartOptions,
  readStream,
  type StreamSink,
  type Trigger,
  writeStream,
} from '../../index.js';
import type { FileSystem } from '../../lib/checkpoint/fileSystem.js';
import { MemoryFileSystem } from '../../lib/checkpoint/memoryFileSystem.js';
import { then } from '../../lib/maybe.js';
import { manualClock } from '../../lib/testing/manualClock.js';
import { MemoryByteStore, MemoryBytes } from '../../state/memoryByteStore.js';

/** A query on a store whose writes wait until they are let through, and what has happened to it. */
class SlowStore {
  readonly events: string[] = [];
  readonly source = memoryStream<string>({ maxCallsPerTrigger: 1 });
  readonly bytes = new MemoryBytes();
  readonly files = new MemoryFileSystem();
  /** What a plan waits for. */
  planning: Promise<void> | undefined;
  /** Above the groups. */
  operator: MonoTypeOperatorFunction<string> = identity;
  private readonly writes: { resolve(): void; reject(error: Error): void }[] = [];

  start(trigger: Trigger, sink: StreamSink<unknown> = this.sink(), restart?: RestartOptions) {
    const counts = readStream(this.source).pipe(
      this.operator,
      groupByKey((word) => {
        this.events.push(`read ${word}`);
        return word;
      }),
      count(),
    );
    const query = writeStream(counts, {
      sink,
      outputMode: 'update',
      trigger,
      checkpointLocation: '/checkpoint',
      ...(restart === undefined ? {} : { restart }),
      stateStore: () =>
        new MemoryByteStore(this.bytes, {
          beforeWrite: () =>
            new Promise<void>((resolve, reject) => {
              this.writes.push({ resolve, reject });
            }),
        }),
      internals: { fileSystem: this.slowFiles() },
    });
    query.progress$.subscribe({
      next: ({ batchId }) => void this.events.push(`progress ${batchId}`),
      error: () => undefined,
    });
    return query;
  }

  private slowFiles(): FileSystem {
    const { files } = this;
    return {
      makeDirectory: (path) => files.makeDirectory(path),
      list: (path) => files.list(path),
      read: (path) => files.read(path),
      replace: (path, content) => files.replace(path, content),
      remove: (path) => files.remove(path),
      publish: (path, content, options) => {
        if (!path.includes('offsets')) return files.publish(path, content, options);
        const after = then(options?.after, () => {
          this.events.push('plan');
          return this.planning;
        });
        return files.publish(path, content, { ...options, after });
      },
    };
  }

  sink(): StreamSink<unknown> {
    return foreachBatch<unknown>((rows, batchId) => {
      this.events.push(`sink ${batchId}: ${rows.length}`);
    });
  }

  /** Until a write waits. */
  async written(): Promise<void> {
    while (this.writes.length === 0) await setImmediate();
  }

  async letThrough(): Promise<void> {
    await this.written();
    this.writes.shift()?.resolve();
  }

  async fail(): Promise<void> {
    await this.written();
    this.writes.shift()?.reject(new Error('EIO'));
  }

  async until(event: string): Promise<void> {
    while (!this.events.includes(event)) await setImmediate();
  }
}

describe('while the commit of a batch is on its way', () => {
  it('an asynchronous operator of the next may end', async () => {
    const store = new SlowStore();
    let answer: (word: string) => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      store.operator = mergeMap((word) => {
        if (word === 'a') return [word];
        resolve();
        return new Promise<string>((found) => {
          answer = found;
        });
      });
    });
    store.source.addData('a');
    store.source.addData('b');
    const query = store.start(asap());
    await asked;
    await setImmediate();
    answer('b');
    await store.until('read b');
    await setImmediate();
    await store.letThrough();
    await store.letThrough();
    await store.until('progress 1');
    await query.stop();
  });

  it('an asynchronous operator of the next may fail', async () => {
    const store = new SlowStore();
    const failed = new Promise<void>((resolve) => {
      store.operator = mergeMap(async (word) => {
        if (word === 'a') return word;
        resolve();
        throw new Error(`no ${word}`);
      });
    });
    store.source.addData('a');
    store.source.addData('b');
    const query = store.start(asap());
    const ended = expect(query.awaitTermination()).rejects.toMatchObject({
      code: 'BATCH_FAILED',
      params: { batchId: 1, operator: 'rx-0', reason: 'no b' },
    });
    await failed;
    await store.letThrough();
    await ended;
  });

  it('the next is read and computed, and goes to the sink behind it', async () => {
    const store = new SlowStore();
    store.source.addData('a');
    store.source.addData('b');
    const query = store.start(asap());
    await store.written();
    await store.until('read b');
    for (let i = 0; i < 20; i++) await setImmediate();
    expect(store.events).toEqual(['plan', 'read a', 'sink 0: 1', 'read b']);
    expect(store.files.paths()).not.toContain('/checkpoint/offsets/1');
    expect(query.lastProgress).toBeNull();
    await store.letThrough();
    await store.letThrough();
    await query.processAllAvailable();
    expect(store.events.slice(4)).toEqual(['plan', 'progress 0', 'sink 1: 1', 'progress 1']);
    await query.stop();
  });

  it('a failure of it ends the query with the batch that is not committed, not with the next', async () => {
    const store = new SlowStore();
    store.source.addData('a');
    store.source.addData('b');
    const query = store.start(asap());
    const ended = query.awaitTermination();
    await store.until('read b');
    await store.fail();
    await expect(ended).rejects.toThrow(
      expect.objectContaining({
        code: 'BATCH_FAILED',
        params: expect.objectContaining({ batchId: 0 }),
      }),
    );
    expect(store.events).toEqual(['plan', 'read a', 'sink 0: 1', 'read b']);
  });

  it('a failure of it ends a query that has nothing else to do', async () => {
    const store = new SlowStore();
    store.source.addData('a');
    const query = store.start(asap());
    const ended = query.awaitTermination();
    await store.fail();
    await expect(ended).rejects.toThrow(expect.objectContaining({ code: 'BATCH_FAILED' }));
  });

  it('stop waits for it', async () => {
    const store = new SlowStore();
    store.source.addData('a');
    const query = store.start(asap());
    await store.written();
    const stopped = query.stop();
    await store.letThrough();
    await stopped;
    expect(query.exception).toBeUndefined();
    expect(store.events).toEqual(['plan', 'read a', 'sink 0: 1', 'progress 0']);
  });

  it('whoever stops the query on its progress has seen the last batch', async () => {
    const store = new SlowStore();
    store.source.addData('a');
    store.source.addData('b');
    const query = store.start(asap());
    query.progress$.subscribe(() => void query.stop());
    await store.until('read b');
    await store.letThrough();
    await query.awaitTermination();
    expect(store.events).toEqual(['plan', 'read a', 'sink 0: 1', 'read b', 'plan', 'progress 0']);
  });

  it('its progress comes when it answers, though the next trigger is far', async () => {
    const store = new SlowStore();
    const clock = manualClock();
    store.source.addData('a');
    const query = store.start(continuous('1 hour', clock));
    const idle = query.processAllAvailable();
    await store.letThrough();
    await store.until('progress 0');
    await idle;
    await query.stop();
  });

  it('in continuous mode rows go on, and are shown when the sink has the epoch before', async () => {
    const store = new SlowStore();
    const clock = manualClock();
    const seen = (what: string) => void store.events.push(what);
    const sink = foreach<{ key: string | null; count: number }>({
      open: (id) => seen(`open ${id}`),
      process: (row) => seen(`${row.key} ${row.count}`),
      close: () => seen('close'),
    });
    const query = store.start(continuous('1 second', clock), sink as StreamSink<unknown>);
    let release: () => void = () => undefined;
    store.planning = new Promise((resolve) => {
      release = resolve;
    });
    store.source.addData('a');
    await store.until('a 1');
    clock.advance(1000);
    await store.until('plan');
    store.source.addData('b');
    await store.until('read b');
    for (let i = 0; i < 20; i++) await setImmediate();
    release();
    await store.until('b 1');
    await store.written();
    store.source.addData('c');
    await store.until('c 1');
    expect(store.events).toEqual([
      ...['read a', 'open 0', 'a 1', 'plan', 'read b', 'close', 'open 1', 'b 1', 'read c', 'c 1'],
    ]);
    await store.letThrough();
    await store.until('progress 0');
    const stopped = query.stop();
    await store.letThrough();
    await stopped;
    expect(store.events.slice(-3)).toEqual(['plan', 'close', 'progress 1']);
  });

  it('a query that runs once and starts again commits the batch then', async () => {
    const store = new SlowStore();
    store.source.addData('a');
    const query = store.start(once(), store.sink(), { attempts: 1, delay: 1 });
    await store.fail();
    await store.letThrough();
    await query.awaitTermination();
    expect(store.events).toContain('progress 0');
  });
});
