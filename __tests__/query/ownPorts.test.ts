import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import {
  availableNow,
  dropDuplicates,
  groupByKey,
  readStream,
  type Sink,
  type Source,
  type StreamSink,
  type StreamSource,
  transformWithState,
  where,
  writeStream,
} from '../../index.js';
import { MemoryByteStore, MemoryBytes } from '../../state/memoryByteStore.js';

/** Sources and sinks that a user has written and that do not keep to their port. */

const source: Source<number, number> = {
  latestOffset: () => 1,
  read: () => [[1, 2]],
  commit: () => undefined,
  close: () => undefined,
  fixEnd: () => undefined,
};
const rowsGiven: unknown[] = [];
const sink: Sink<number> = {
  addBatch: (_batchId, rows) => void rowsGiven.push(...rows),
  close: () => undefined,
};

function sourceOf(open: () => unknown): StreamSource<number> {
  return {
    kind: 'mine',
    description: 'Mine[1]',
    replayable: true,
    finite: true,
    open: open as () => Source<number>,
  };
}

function sinkOf(open: () => unknown): StreamSink<number> {
  return {
    kind: 'mine',
    description: 'MySink[2]',
    modes: ['append'],
    open: open as () => Sink<number>,
  };
}

function run(from: () => unknown, to: () => unknown): Promise<unknown> {
  return writeStream(readStream(sourceOf(from)).pipe(where(() => true)), {
    sink: sinkOf(to),
    trigger: availableNow(),
  }).awaitTermination();
}

beforeEach(() => rowsGiven.splice(0));

test('a source and a sink with the methods of their ports run', async () => {
  await run(
    () => source,
    () => sink,
  );
  expect(rowsGiven).toEqual([1, 2]);
});

test.each([
  ['nothing', () => undefined, 'undefined without the methods latestOffset, read'],
  ['null', () => null, 'null without the methods latestOffset'],
  ['no fixEnd', () => ({ ...source, fixEnd: undefined }), 'an object without the methods fixEnd'],
  ['no read', async () => ({ ...source, read: 1 }), 'an object without the methods read'],
])('a source whose open gives %s is named, and what is missing', async (_what, open, message) => {
  await expect(run(open, () => sink)).rejects.toMatchObject({
    code: 'QUERY_FAILED',
    message: expect.stringContaining(`Mine[1]: open() gave ${message}`),
  });
});

test.each([
  ['nothing', () => undefined, 'undefined without the methods addBatch, close'],
  ['no close', () => ({ addBatch: () => undefined }), 'an object without the methods close'],
])('a sink whose open gives %s is named, and what is missing', async (_what, open, message) => {
  await expect(run(() => source, open)).rejects.toMatchObject({
    code: 'QUERY_FAILED',
    message: expect.stringContaining(`MySink[2]: open() gave ${message}`),
  });
});

test('an error in open names the source or the sink', async () => {
  const cause = new Error('no route');
  const fail = () => {
    throw cause;
  };
  await expect(run(fail, () => sink)).rejects.toMatchObject({
    code: 'QUERY_FAILED',
    message: expect.stringContaining('failed: Mine[1]: no route'),
    cause,
  });
  await expect(
    run(
      () => source,
      () => Promise.reject(cause),
    ),
  ).rejects.toMatchObject({
    code: 'QUERY_FAILED',
    message: expect.stringContaining('failed: MySink[2]: no route'),
    cause,
  });
});

const fails = () => {
  throw new Error('no route');
};
const rejects = () => Promise.reject(new Error('no route'));

test.each<[string, object, string]>([
  ['latestOffset', { latestOffset: fails }, 'QUERY_FAILED'],
  ['latestOffset', { latestOffset: rejects }, 'QUERY_FAILED'],
  ['fixEnd', { fixEnd: fails }, 'QUERY_FAILED'],
  ['fixEnd', { fixEnd: rejects }, 'QUERY_FAILED'],
  ['metrics', { metrics: fails }, 'BATCH_FAILED'],
])('an error in %s names the source: %p', async (_method, own, code) => {
  await expect(
    run(
      () => ({ ...source, ...own }),
      () => sink,
    ),
  ).rejects.toMatchObject({
    code,
    message: expect.stringMatching(/failed(:| in) Mine\[1\].*: no route/),
  });
});

test('an error in close names the source or the sink', async () => {
  const ofSource = run(
    () => ({ ...source, close: rejects }),
    () => sink,
  );
  await expect(ofSource).rejects.toThrow(/failed: Mine\[1\]: no route/);
  const ofSink = run(
    () => source,
    () => ({ ...sink, close: fails }),
  );
  await expect(ofSink).rejects.toThrow(/failed: MySink\[2\]: no route/);
});

test('an error in metrics of a sink names it', async () => {
  const running = run(
    () => source,
    () => ({ ...sink, metrics: fails }),
  );
  await expect(running).rejects.toThrow(/failed(:| in) MySink\[2\].*: no route/);
});

test.each<[unknown, string]>([
  [undefined, 'undefined'],
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  [1n, '1'],
  [new Date(0), 'a Date'],
])('an offset that is no JSON is refused before anything is read: %p', async (offset, found) => {
  const reads: unknown[] = [];
  const read = () => {
    reads.push(0);
    return [];
  };
  const from = () => ({ ...source, latestOffset: () => offset, read });
  const message = `Mine[1]: latestOffset() gave ${found}: an offset is JSON`;
  await expect(run(from, () => sink)).rejects.toThrow(message);
  const live = lastValueFrom(readStream(sourceOf(from)));
  await expect(live).rejects.toThrow(`latestOffset() gave ${found}`);
  expect(reads).toEqual([]);
});

test.each<[unknown, string]>([
  [undefined, 'undefined'],
  ['abc', 'string'],
  [Promise.resolve([[1]]), 'a Promise'],
  [{ rows: [1] }, 'an object'],
])('what is no chunks of rows is refused: %p', async (chunks, found) => {
  const from = () => ({ ...source, read: () => chunks });
  const message = `read() gave ${found}: it gives chunks`;
  await expect(run(from, () => sink)).rejects.toMatchObject({
    code: 'BATCH_FAILED',
    params: { operator: 'Mine[1]' },
    message: expect.stringContaining(message),
  });
  await expect(lastValueFrom(readStream(sourceOf(from)))).rejects.toThrow(message);
});

test('a sink that does not say its modes is told so', () => {
  const { modes: _, ...without } = sinkOf(() => sink);
  expect(() => writeStream(readStream(sourceOf(() => source)), { sink: without as never })).toThrow(
    "sink must say which output modes it takes, got an object with kind, description, open: give a sink of your own modes: ['append']",
  );
});

test('rows where chunks of rows are due fail the batch instead of being lost', async () => {
  const rows = () => ({ ...source, read: () => [1, 2] });
  await expect(run(rows, () => sink)).rejects.toMatchObject({
    code: 'BATCH_FAILED',
    params: { operator: 'Mine[1]' },
    message: expect.stringContaining('read() gave number as a chunk'),
  });
  expect(rowsGiven).toEqual([]);
});

test('a live subscription gives the same errors, as they were thrown', async () => {
  const live = (open: () => unknown) =>
    lastValueFrom(
      readStream(sourceOf(open)).pipe(
        where(() => true),
        toArray(),
      ),
    );
  const cause = new Error('no route');
  await expect(live(() => Promise.reject(cause))).rejects.toBe(cause);
  await expect(live(() => undefined)).rejects.toThrow('open() gave undefined without the methods');
  await expect(live(() => ({ ...source, read: () => [1] }))).rejects.toThrow('read() gave number');
});

describe('what goes wrong while something is closed hides no error', () => {
  const failing = where<number>(() => {
    throw new RangeError('the first error');
  });
  const throwing = (): never => {
    throw new TypeError('while closing');
  };

  test.each([
    [
      'chunks of a source',
      function* () {
        try {
          yield [1];
        } finally {
          throwing();
        }
      },
    ],
    [
      'chunks of a source that come later',
      async function* () {
        try {
          yield [1];
        } finally {
          throwing();
        }
      },
    ],
  ])('%s', async (_what, read) => {
    const rows = readStream(sourceOf(() => ({ ...source, read }))).pipe(failing);
    const query = writeStream(rows, { sink: sinkOf(() => sink), trigger: availableNow() });
    await expect(query.awaitTermination()).rejects.toMatchObject({
      cause: { message: 'the first error' },
    });
    await expect(lastValueFrom(rows)).rejects.toMatchObject({ message: 'the first error' });
  });

  test('close of transformWithState', async () => {
    const rows = readStream(sourceOf(() => source)).pipe(
      groupByKey((n) => n),
      transformWithState({
        timeMode: 'none',
        init: () => 0,
        handleInputRows: () => {
          throw new RangeError('the first error');
        },
        close: throwing,
      }),
    );
    const query = writeStream(rows, { sink: sinkOf(() => sink), trigger: availableNow() });
    await expect(query.awaitTermination()).rejects.toMatchObject({
      code: 'BATCH_FAILED',
      cause: { message: 'the first error' },
    });
  });

  test('a state store; the checkpoint is let go', async () => {
    const checkpointLocation = mkdtempSync(join(tmpdir(), 'millrace-close-'));
    const bytes = new MemoryBytes();
    const start = (close: () => void) =>
      writeStream(readStream(sourceOf(() => source)).pipe(dropDuplicates()), {
        sink: sinkOf(() => sink),
        trigger: availableNow(),
        checkpointLocation,
        stateStore: () => Object.assign(new MemoryByteStore(bytes), { close }),
      }).awaitTermination();
    await start(() => undefined);
    for (const log of ['offsets', 'planned'])
      rmSync(join(checkpointLocation, log), { recursive: true });
    for (const _again of [1, 2]) {
      await expect(start(throwing)).rejects.toThrow('the plan of batch 0 is missing');
    }
    rmSync(checkpointLocation, { recursive: true });
  });
});
