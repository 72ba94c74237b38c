import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delay, mergeMap, mergeWith, of, count as rxCount, Subject, shareReplay } from 'rxjs';
import type { DataStream } from '../../index.js';
import {
  aggregate,
  availableNow,
  count,
  distinct,
  groupByKey,
  memorySink,
  memoryStream,
  noopSink,
  parseDdl,
  rate,
  ratePerBatch,
  readStream,
  type StreamingError,
  socketLines,
  structType,
  textFiles,
  type WriteStreamOptions,
  window,
  withWatermark,
  writeStream,
} from '../../index.js';

/** The error with which a query over `stream` ends, or which starting it throws. */
async function errorOf(
  stream: DataStream<never>,
  options: Partial<WriteStreamOptions<never>> = {},
  feed: () => void = () => undefined,
): Promise<StreamingError> {
  try {
    const query = writeStream(stream, { sink: noopSink(), ...options });
    feed();
    await query.awaitTermination();
  } catch (error) {
    const { code, cause } = error as StreamingError & { cause?: StreamingError };
    return (code === 'BATCH_FAILED' ? cause : error) as StreamingError;
  }
  throw new TypeError('the query has not failed');
}

const start = (options: Partial<WriteStreamOptions<never>>) =>
  writeStream(rows(), { sink: noopSink(), ...options });
const rows = () => readStream(memoryStream<{ t: number; k: string }>());
const timed = () => rows().pipe(withWatermark((r) => r.t, '1 minute'));

describe('bad input gives what, where and how to mend it', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-bad-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each([
    ['an unknown DDL type', () => parseDdl('a INT, b NUMERIK'), 'b'],
    ['a wrong builder type', () => structType({ a: 'NUMERIK' as 'INT' }), 'NUMERIK'],
    ['a negative delay', () => rows().pipe(withWatermark((r) => r.t, '-1 minute')), '-1 minute'],
    [
      'a slide longer than the window',
      () => timed().pipe(window('1 minute', { slide: '2 minutes' })),
      '2 minutes',
    ],
    ['months in a window', () => timed().pipe(window('1 month')), '1 month'],
    ['a window of nothing', () => timed().pipe(window('0 seconds')), '0 seconds'],
    ['a port that is none', () => socketLines({ host: 'localhost', port: 70_000 }), '70000'],
  ])('%s', (_name, build, names) => {
    expect(build).toThrow(names);
  });

  it.each<[string, () => unknown]>([
    ['multipleWatermarkPolicy', () => start({ multipleWatermarkPolicy: 'MAX' as 'max' })],
    ['outputMode', () => start({ outputMode: 'Append' as 'append' })],
    ['failedRows', () => start({ failedRows: 'ignore' as 'drop' })],
    ['badRecords', () => readStream(of(1), { badRecords: 'ignore' as 'drop' })],
    ['badRecords', () => readStream(rate(), { badRecords: 'ignore' as 'drop' })],
    ['whenFull', () => readStream(of(1), { whenFull: 'drop' as 'dropOldest' })],
    ['timestamps', () => rate({ timestamps: 'text' as 'ms' })],
    ['timestamps', () => ratePerBatch({ rowsPerBatch: 1, timestamps: 'text' as 'ms' })],
    ['timestamps', () => socketLines({ host: 'h', port: 1, timestamps: 'text' as 'ms' })],
  ])('%s: a value that is none of its own', (option, build) => {
    expect(build).toThrow(TypeError);
    expect(build).toThrow(option);
  });

  it('append mode without a watermark', async () => {
    const error = await errorOf(rows().pipe(groupByKey('k'), count()) as never);
    expect(error.code).toBe('AGGREGATE_NEEDS_WATERMARK');
    expect(error.message).toContain('withWatermark');
  });

  it('a query name that is taken', async () => {
    const holder = writeStream(rows(), { sink: memorySink(), queryName: 'orders' });
    const error = await errorOf(rows() as never, { queryName: 'orders' });
    expect(error.code).toBe('QUERY_NAME_TAKEN');
    expect(error.message).toContain('orders');
    await holder.stop();
  });

  it('a checkpoint that another query holds', async () => {
    const holder = writeStream(rows(), { sink: noopSink(), checkpointLocation: folder });
    await holder.processAllAvailable();
    const error = await errorOf(rows() as never, { checkpointLocation: folder });
    expect(error.code).toBe('CHECKPOINT_LOCKED');
    expect(error.message).toContain(folder);
    await holder.stop();
  });

  it('the checkpoint of another query', async () => {
    const counts = rows().pipe(groupByKey('k'), count());
    const query = writeStream(counts, {
      sink: noopSink(),
      outputMode: 'update',
      checkpointLocation: folder,
    });
    await query.processAllAvailable();
    await query.stop();
    const error = await errorOf(rows().pipe(distinct()) as never, { checkpointLocation: folder });
    expect(error.code).toBe('CHECKPOINT_INCOMPATIBLE');
    expect(error.message).toContain('aggregate');
  });

  it('a file as checkpoint', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    for (const checkpointLocation of [file, join(file, 'below')]) {
      const error = await errorOf(rows() as never, { checkpointLocation });
      expect(error.code).toBe('CHECKPOINT_LOCATION');
      expect(error.message).toContain(checkpointLocation);
    }
  });

  it.each<[string, object | undefined, string]>([
    ['no options', undefined, 'got undefined: writeStream(stream, { sink: consoleSink() })'],
    ['no sink', {}, 'sink must be a sink such as consoleSink(), '],
    ['the name of a sink', { sink: 'console' }, 'got "console": write sink: consoleSink()'],
    ['a sink that is not called', { sink: noopSink }, 'got the function noopSink itself'],
    ['a failedSink that is none', { failedSink: {} }, 'failedSink must be a sink'],
    ['text as trigger', { trigger: '1 second' }, 'got "1 second": write trigger: processingTime('],
    [
      "Spark's trigger",
      { trigger: { processingTime: '1 second' } },
      'an object with processingTime',
    ],
    ['a trigger that is not called', { trigger: availableNow }, 'the function availableNow itself'],
    [
      'no path',
      { checkpointLocation: '' },
      'checkpointLocation must be the path of a folder, got ""',
    ],
    [
      'a number as path',
      { checkpointLocation: 5 },
      "got 5: write checkpointLocation: './checkpoint'",
    ],
    ['null as path', { checkpointLocation: null }, 'got null'],
    [
      'a bucket',
      { checkpointLocation: 's3://bucket/checkpoint' },
      'checkpointLocation must be a path, got the URL "s3://bucket/checkpoint": name a folder on a disk',
    ],
    ['a file: URL', { checkpointLocation: 'file:///checkpoint' }, 'fileURLToPath(url) gives that'],
    [
      'a savepoint in a bucket',
      { checkpointLocation: 'c', from: 'gs://b/s' },
      'from must be a path',
    ],
    [
      'a savepoint without a path',
      { checkpointLocation: 'c', from: '' },
      "write from: './savepoint'",
    ],
    ['a name that is none', { queryName: 5 }, 'queryName must be a name, got 5'],
    [
      'a store that is open',
      { stateStore: {} },
      'stateStore must be a function that opens a store',
    ],
  ])('%s', (name, options, message) => {
    const isWhole = name === 'no options' || name === 'no sink';
    const given = isWhole ? options : { sink: noopSink(), ...options };
    expect(() => writeStream(rows(), given as never)).toThrow(TypeError);
    expect(() => writeStream(rows(), given as never)).toThrow(message);
  });

  it('a sink that is given twice, which would take failed rows for a repetition of the batch', () => {
    const sink = memorySink<unknown>();
    const twice = () => writeStream(rows(), { sink, failedSink: sink, failedRows: 'deadLetter' });
    expect(twice).toThrow(RangeError);
    expect(twice).toThrow('failedSink is the same sink as sink');
  });

  it.each([0, 1.5, Number.NaN, '1000'])('%j as number of cached entries', (stateCacheEntries) => {
    const given = { sink: noopSink(), stateCacheEntries } as never;
    expect(() => writeStream(rows(), given)).toThrow(RangeError);
    expect(() => writeStream(rows(), given)).toThrow('stateCacheEntries must be a positive whole');
  });

  it('a folder that does not exist', async () => {
    const missing = join(folder, 'none');
    const error = await errorOf(readStream(textFiles(missing)) as never);
    expect(error.code).toBe('SOURCE_PATH_MISSING');
    expect(error.message).toContain(missing);
  });

  it('a port that nobody listens on', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => {
      server.close(resolve);
    });
    const error = await errorOf(readStream(socketLines({ host: '127.0.0.1', port })) as never);
    expect(error.code).toBe('SOURCE_UNREACHABLE');
    expect(error.message).toContain(String(port));
  });

  it('a checkpoint for a stream without a plan', async () => {
    const plain = of({ t: 1, k: 'a' });
    const error = await errorOf(plain as never, { checkpointLocation: folder });
    expect(error.code).toBe('PLAN_LOST');
  });

  it('an asynchronous row without event time on its way into a window', async () => {
    const source = memoryStream<{ t: number }>();
    const stream = readStream(source).pipe(
      withWatermark((r) => r.t, '1 minute'),
      mergeMap(({ t }) => of({ t }).pipe(delay(1))),
      window('1 minute'),
      aggregate((all) => ({ n: all.count() })),
    );
    const error = await errorOf(stream as never, {}, () => source.addData({ t: 1 }));
    expect(error.code).toBe('RX_ROW_WITHOUT_EVENT_TIME');
  });

  it('a DataStream inside mergeWith', async () => {
    const source = memoryStream<{ t: number; k: string }>();
    const stream = readStream(source).pipe(mergeWith(rows()));
    const error = await errorOf(stream as never, {}, () => source.addData({ t: 1, k: 'a' }));
    expect(error.code).toBe('NESTED_STREAM');
  });

  it('shareReplay in a query', async () => {
    const source = memoryStream<number>();
    const query = writeStream(readStream(source).pipe(shareReplay(1)), { sink: noopSink() });
    source.addData(1);
    await query.processAllAvailable();
    // Its replay of the first batch would be the second one's.
    source.addData(2);
    const error = await query.awaitTermination().catch(({ cause }) => cause);
    expect(error.code).toBe('RX_NOT_REPEATABLE');
    expect(error.message).toContain('shareReplay');
  });

  it("RxJS's count after groupByKey", async () => {
    const error = await errorOf(rows().pipe(groupByKey('k'), rxCount() as never) as never);
    expect(error.code).toBe('PLAN_ENDS_IN_GROUPING');
  });

  it('availableNow over a Subject', async () => {
    const stream = readStream(new Subject<number>());
    const error = await errorOf(stream as never, { trigger: availableNow() });
    expect(error.code).toBe('SOURCE_HAS_NO_END');
  });
});
