import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { NEVER } from 'rxjs';
import {
  type DataStream,
  flatMapGroupsWithState,
  foreachBatch,
  groupByKey,
  joinWith,
  memorySink,
  memoryStream,
  readStream,
  type StreamingQuery,
  staticRows,
  transformWithState,
  type WriteStreamOptions,
  writeStream,
} from '../../index.js';

interface Row {
  readonly i: number;
}
const never = new Promise<never>(() => undefined);

/** Waits for an answer of the user's own code that does not come. */
type Silent = (rows: DataStream<Row>) => DataStream<unknown>;
const joined = (table: Parameters<typeof staticRows<Row>>[0]): Silent => {
  return (rows) => rows.pipe(joinWith(staticRows(table), { type: 'inner', on: 'i' })) as never;
};
const silent: readonly (readonly [name: string, operator: string, silent: Silent])[] = [
  ['a table that is an Observable', 'staticJoin-0', joined(NEVER)],
  ['a table that is a promise', 'staticJoin-0', joined(never)],
  ['a table that is a function', 'staticJoin-0', joined(() => never)],
  [
    'initial state of a state function',
    'flatMapGroupsWithState-0',
    (rows) =>
      rows.pipe(
        groupByKey('i'),
        flatMapGroupsWithState(() => [], { initialState: never }),
      ) as never,
  ],
  [
    'initial state of transformWithState',
    'transformWithState-0',
    (rows) =>
      rows.pipe(
        groupByKey('i'),
        transformWithState({
          timeMode: 'none',
          init: () => ({}),
          handleInputRows: () => [],
          initialState: () => never,
          handleInitialState: () => undefined,
        }),
      ) as never,
  ],
];

describe('an answer that does not come', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-silent-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  function start(of: Silent, options: Partial<WriteStreamOptions<unknown>> = {}): StreamingQuery {
    const source = memoryStream<Row>();
    source.addData({ i: 1 });
    return writeStream(of(readStream(source)), { sink: memorySink(), ...options });
  }

  it.each(silent)('fails the batch in time: %s', async (_name, operator, of) => {
    const query = start(of, { rxTimeout: 40 });
    await expect(query.awaitTermination('5 seconds')).rejects.toMatchObject({
      code: 'BATCH_FAILED',
      params: { operator },
      cause: {
        code: 'NO_ANSWER',
        params: { operator, timeoutMs: 40 },
        message: expect.stringContaining('raise rxTimeout'),
      },
    });
  });

  it.each(silent)(
    'does not keep stop() waiting: %s',
    async (_name, _operator, of) => {
      const query = start(of, { checkpointLocation: join(folder, 'checkpoint') });
      while (query.status.message !== 'Processing new data') await setImmediate();
      await setImmediate();
      await query.stop();
      expect(query.exception).toBeUndefined();
      expect(query.lastProgress).toBeNull();
    },
    5000,
  );

  it('is given up once; the batch runs again with what comes later', async () => {
    const source = memoryStream<Row>();
    source.addData({ i: 1 });
    const sink = memorySink<unknown>();
    let asked = 0;
    const table = staticRows<Row>(() => (asked++ === 0 ? never : Promise.resolve([{ i: 1 }])));
    const query = writeStream(
      readStream(source).pipe(joinWith(table, { type: 'inner', on: 'i', select: (row) => row })),
      {
        sink,
        rxTimeout: 40,
        checkpointLocation: join(folder, 'checkpoint'),
        restart: { attempts: 1, delay: 1 },
      },
    );
    await query.processAllAvailable();
    await query.stop();
    expect(sink.rows()).toEqual([{ i: 1 }]);
    expect(asked).toBe(2);
  });

  it('of a sink shows in the status of the query', async () => {
    let answer: () => void = () => undefined;
    let asked: () => void = () => undefined;
    const isAsked = new Promise<void>((done) => {
      asked = done;
    });
    const sink = foreachBatch<unknown>(() => {
      asked();
      return new Promise<void>((done) => {
        answer = done;
      });
    });
    const query = start((rows) => rows, { sink });
    await isAsked;
    expect(query.status.message).toBe('Waiting for ForeachBatchSink to take batch 0');
    answer();
    await query.processAllAvailable();
    expect(query.status.message).toBe('Waiting for data to arrive');
    await query.stop();
  });
});
