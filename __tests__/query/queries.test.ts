import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { config } from 'rxjs';
import {
  memorySink,
  memoryStream,
  queries,
  readStream,
  type StreamingQueryListener,
  type StreamSink,
  select,
  writeStream,
} from '../../index.js';

const start = (queryName?: string) => {
  const source = memoryStream<number>();
  const query = writeStream(
    readStream(source).pipe(
      select((n) => {
        if (n < 0) throw new RangeError('below 0');
        return n;
      }),
    ),
    { sink: memorySink<number>(), ...(queryName === undefined ? {} : { queryName }) },
  );
  return { source, query };
};

const throwing = (message: string) => () => {
  throw new TypeError(message);
};

describe('queries', () => {
  beforeEach(() => queries.resetTerminated());
  afterEach(async () => {
    for (const query of queries.active) await query.stop();
    for (const listener of queries.listListeners()) queries.removeListener(listener);
  });

  it('lists active queries and finds them by name, id and run id', async () => {
    const { query } = start('one');
    const { query: other } = start();
    expect(queries.active).toEqual([query, other]);
    for (const id of ['one', query.id, query.runId]) expect(queries.get(id)).toBe(query);
    expect(queries.get('two')).toBeNull();
    await query.stop();
    expect(queries.active).toEqual([other]);
    expect(queries.get('one')).toBeNull();
  });

  it('frees a name when its query has ended', async () => {
    const { query } = start('again');
    expect(() => start('again')).toThrow('again');
    await query.stop();
    expect(start('again').query.isActive).toBe(true);
  });

  it('answers awaitAnyTermination at the first end, and again only after resetTerminated', async () => {
    const { query } = start();
    const { query: other } = start();
    const any = queries.awaitAnyTermination();
    await query.stop();
    await expect(any).resolves.toBe(true);
    await expect(queries.awaitAnyTermination()).resolves.toBe(true);
    queries.resetTerminated();
    await expect(queries.awaitAnyTermination(1)).resolves.toBe(false);
    await other.stop();
    await expect(queries.awaitAnyTermination(1)).resolves.toBe(true);
  });

  it('rejects awaitAnyTermination with the error of a failed query', async () => {
    const { source, query } = start();
    const any = queries.awaitAnyTermination();
    source.addData(-1);
    await expect(any).rejects.toMatchObject({ code: 'BATCH_FAILED' });
    await expect(query.awaitTermination()).rejects.toMatchObject({ code: 'BATCH_FAILED' });
  });

  it('goes on when a listener throws, tells the others, and says so once per method', async () => {
    const log = console.error;
    const errors: string[] = [];
    console.error = (text: string, error: Error) => errors.push(`${text} ${error.message}`);
    const told: string[] = [];
    queries.addListener({
      onQueryStarted: throwing('no start'),
      onQueryProgress: () => Promise.reject(new TypeError('metrics down')) as never,
      onQueryTerminated: throwing('no end'),
    });
    queries.addListener({ onQueryProgress: ({ progress }) => told.push(`${progress.batchId}`) });
    const { source, query } = start();
    source.addData(1);
    await query.processAllAvailable();
    source.addData(2);
    await query.processAllAvailable();
    await query.stop();
    expect(told).toEqual(['0', '1']);
    expect(query.exception).toBeUndefined();
    console.error = log;
    expect(errors).toEqual([
      expect.stringMatching(/onQueryStarted .* no start$/),
      expect.stringMatching(/onQueryProgress .* metrics down$/),
      expect.stringMatching(/onQueryTerminated .* no end$/),
    ]);
  });

  it("gives what a listener throws to RxJS's onUnhandledError, where there is one", async () => {
    const errors: unknown[] = [];
    config.onUnhandledError = (error) => errors.push(error);
    queries.addListener({ onQueryTerminated: throwing('no end') });
    await start().query.stop();
    config.onUnhandledError = null;
    expect(errors).toEqual([new TypeError('no end')]);
  });

  it.each([
    ['text', 'x', 'addListener needs an object, got "x"'],
    ['nothing', undefined, 'got undefined'],
    ['a function', () => undefined, 'got a function'],
    [
      'text for a method',
      { onQueryProgress: 'x' },
      'onQueryProgress must be a function, got string',
    ],
  ])('refuses a listener that is %s', (_name, listener, message) => {
    expect(() => queries.addListener(listener as never)).toThrow(message);
    expect(queries.listListeners()).toEqual([]);
  });

  it('tells listeners when a query goes idle: after the start, and once after each progress', async () => {
    const events: string[] = [];
    const listener: StreamingQueryListener = {
      onQueryStarted: ({ timestamp }) => events.push(`started ${timestamp.slice(-1)}`),
      onQueryProgress: ({ progress }) => events.push(`batch ${progress.batchId}`),
      onQueryIdle: ({ runId, timestamp }) => events.push(`idle ${runId} ${timestamp.slice(-1)}`),
    };
    queries.addListener(listener);
    const { source, query } = start('resting');
    const idle = `idle ${query.runId} Z`;
    await query.processAllAvailable();
    await query.processAllAvailable();
    source.addData(1);
    await query.processAllAvailable();
    await query.processAllAvailable();
    await query.stop();
    queries.removeListener(listener);
    expect(events).toEqual(['started Z', idle, 'batch 0', idle]);
  });

  it('tells listeners of start, progress and end, in this order', async () => {
    const events: string[] = [];
    const listener: StreamingQueryListener = {
      onQueryStarted: ({ name }) => events.push(`started ${name}`),
      onQueryProgress: ({ progress }) => events.push(`batch ${progress.batchId}`),
      onQueryTerminated: ({ exception }) => events.push(`ended ${exception?.code ?? 'well'}`),
    };
    queries.addListener(listener);
    const { source, query } = start('told');
    source.addData(1);
    await query.processAllAvailable();
    await query.stop();
    const { source: bad, query: failing } = start('failing');
    bad.addData(-1);
    await expect(failing.awaitTermination()).rejects.toThrow();
    queries.removeListener(listener);
    await start('unheard').query.stop();
    expect(events).toEqual([
      'started told',
      'batch 0',
      'ended well',
      'started failing',
      'ended BATCH_FAILED',
    ]);
  });

  it('tells of a start when the checkpoint has said which query it is, also of one that fails', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
    const events: string[] = [];
    queries.addListener({
      onQueryStarted: ({ id }) => events.push(`started ${id}`),
      onQueryProgress: ({ progress }) => events.push(`progress ${progress.id}`),
      onQueryTerminated: ({ id }) => events.push(`ended ${id}`),
    });
    const source = memoryStream<number>();
    const run = (sink: StreamSink<number>) =>
      writeStream(readStream(source), { sink, checkpointLocation: folder });
    const ids: string[] = [];
    for (const n of [1, 2]) {
      source.addData(n);
      const query = run(memorySink());
      await query.processAllAvailable();
      await query.stop();
      ids.push(query.id);
    }
    const closed = { ...memorySink<number>(), open: throwing('no sink') };
    await expect(run(closed).awaitTermination()).rejects.toMatchObject({ code: 'QUERY_FAILED' });
    const [id] = ids;
    expect(ids).toEqual([id, id]);
    const one = [`started ${id}`, `progress ${id}`, `ended ${id}`];
    expect(events).toEqual([...one, ...one, `started ${id}`, `ended ${id}`]);
    rmSync(folder, { recursive: true });
  });
});
