import { setImmediate } from 'node:timers/promises';
import { asyncScheduler, config } from 'rxjs';
import {
  memorySink,
  memoryStream,
  queries,
  readBatch,
  readStream,
  type StreamingQuery,
  select,
  writeStream,
} from '../../index.js';

/** Ends in BATCH_FAILED in its first batch. */
function failing(queryName = 'orders'): StreamingQuery {
  const source = memoryStream<string>();
  source.addData('oops');
  const rows = readStream(source).pipe(select((text) => JSON.parse(text) as unknown));
  return writeStream(rows, { sink: memorySink(), queryName });
}

/** Ends in QUERY_FAILED before `writeStream` returns. */
function failingAtOnce(): StreamingQuery {
  const sink = {
    ...memorySink<number>(),
    open: () => {
      throw new RangeError('no place');
    },
  };
  return writeStream(readStream(memoryStream<number>()), { sink, queryName: 'orders' });
}

/** Until what was to be said has been: it is scheduled when the query fails, and timers run in their order. */
const allSaid = () => new Promise<void>((resolve) => void asyncScheduler.schedule(() => resolve()));
async function ended(query: StreamingQuery): Promise<void> {
  while (query.isActive) await setImmediate();
  await allSaid();
}
const ignore = () => undefined;

describe('a failure of which nobody hears', () => {
  let said: unknown[][];
  const { error: log } = console;
  beforeEach(() => {
    said = [];
    console.error = (...words) => said.push(words);
    queries.resetTerminated();
  });
  afterEach(() => {
    console.error = log;
    config.onUnhandledError = null;
    for (const listener of queries.listListeners()) queries.removeListener(listener);
  });

  it.each([
    ['in a batch', failing],
    ['at the start', failingAtOnce],
  ])('is said once: %s', async (_when, start) => {
    const query = start();
    await ended(query);
    const { exception } = query;
    expect(said).toEqual([[expect.stringContaining('query orders has failed'), exception]]);
    await expect(query.awaitTermination()).rejects.toBe(exception);
    await ended(query);
    expect(said).toHaveLength(1);
  });

  it("is given to RxJS's onUnhandledError, where there is one", async () => {
    const given: unknown[] = [];
    config.onUnhandledError = (error) => given.push(error);
    const query = failing();
    await ended(query);
    expect(given).toEqual([query.exception]);
    expect(said).toEqual([]);
  });

  it('is said of a query that fails after somebody has stopped it', async () => {
    const sink = {
      ...memorySink<number>(),
      open: () => ({
        addBatch: ignore,
        close: () => {
          throw new RangeError('not closed');
        },
      }),
    };
    const query = writeStream(readStream(memoryStream<number>()), { sink });
    await query.stop();
    await ended(query);
    expect(said).toHaveLength(1);
  });

  it('is said where listeners and subscribers were there and have gone', async () => {
    const listener = { onQueryTerminated: ignore, onQueryProgress: ignore };
    queries.addListener(listener);
    queries.addListener({ onQueryProgress: ignore });
    const query = failing();
    query.progress$.subscribe({ error: ignore }).unsubscribe();
    queries.removeListener(listener);
    await ended(query);
    expect(said).toHaveLength(1);
  });
});

describe('a failure is left to', () => {
  const { error: log } = console;
  let said: unknown[];
  beforeEach(() => {
    said = [];
    console.error = (...words) => said.push(words);
    queries.resetTerminated();
  });
  afterEach(() => {
    console.error = log;
    for (const listener of queries.listListeners()) queries.removeListener(listener);
  });

  const caught = (promise: Promise<unknown>) => void promise.catch(ignore);
  const untilEnded = async (query: StreamingQuery) => {
    while (query.isActive) await Promise.resolve();
  };
  it.each<[string, (query: StreamingQuery) => unknown]>([
    ['awaitTermination', (query) => caught(query.awaitTermination())],
    ['awaitTermination with a time', (query) => caught(query.awaitTermination('1 minute'))],
    ['processAllAvailable', (query) => caught(query.processAllAvailable())],
    ['awaitAnyTermination', () => caught(queries.awaitAnyTermination())],
    ['a listener', () => queries.addListener({ onQueryTerminated: ignore })],
    ['a subscriber of progress$', (query) => query.progress$.subscribe({ error: ignore })],
    ['a subscriber of late$', (query) => query.late$.subscribe({ error: ignore })],
    ['a subscriber of failed$', (query) => query.failed$.subscribe({ error: ignore })],
  ])('%s, before it comes', async (_name, listen) => {
    const query = failing();
    listen(query);
    await ended(query);
    expect(said).toEqual([]);
  });

  it.each<[string, (query: StreamingQuery) => unknown]>([
    ['awaitTermination', (query) => caught(query.awaitTermination())],
    ['processAllAvailable', (query) => caught(query.processAllAvailable())],
    ['awaitAnyTermination', () => caught(queries.awaitAnyTermination())],
    ['exception', (query) => query.exception],
    ['a subscriber', (query) => query.progress$.subscribe({ error: ignore })],
  ])('%s, some microtasks after it came', async (_name, listen) => {
    const query = failingAtOnce();
    await untilEnded(query);
    for (let i = 0; i < 5; i++) await Promise.resolve();
    listen(query);
    await ended(query);
    expect(said).toEqual([]);
  });

  it('readBatch, which rejects', async () => {
    const texts = readStream(memoryStream<string>());
    const rows = texts.pipe(select((text) => JSON.parse(text) as unknown));
    await readBatch(rows);
    const source = memoryStream<string>();
    source.addData('oops');
    const bad = readStream(source).pipe(select((text) => JSON.parse(text) as unknown));
    await expect(readBatch(bad)).rejects.toMatchObject({ code: 'BATCH_FAILED' });
    await allSaid();
    expect(said).toEqual([]);
  });
});
