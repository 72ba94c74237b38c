import { NEVER, of } from 'rxjs';
import * as ops from '../../index.js';
import * as parquet from '../../lib/parquet/index.js';
import { assertState, MemoryFileSystem, sinkContext, testStream } from '../../lib/testing/index.js';
import { memoryBackend } from '../../state/memoryBackend.js';
import { publicNames } from '../docs/publicNames.js';

/** As a program without types gives them. */
const wrong = (options: object = {}) => ({ ...options, frobnicate: 1 }) as never;
const rows = ops.readStream(of({ a: 1 }));
const sink = ops.memorySink();
const on = { type: 'inner', on: 'a' };
const aggregated = (build: (rows: ops.Aggregates<{ a: number }>) => unknown) => () =>
  ops.aggregate(build as never);
const processor = { timeMode: 'none', init: () => 0, handleInputRows: () => [] } as const;
const declared = (kind: 'value' | 'list' | 'map') => () =>
  ops
    .readBatch(
      rows.pipe(
        ops.groupByKey('a'),
        ops.transformWithState({
          ...processor,
          init: (handle) =>
            (handle[kind] as (name: string, options: never) => unknown)('v', wrong()),
        }),
      ),
    )
    .catch((error: Error) => {
      throw (error.cause as Error | undefined) ?? error;
    });

/** What takes options, the type of the options, and a call with one too many. */
const calls: readonly (readonly [owner: string, type: string, call: () => unknown])[] = [
  ['writeStream', 'WriteStreamOptions', () => ops.writeStream(rows, wrong({ sink }))],
  [
    'restart of writeStream',
    'RestartOptions',
    () => ops.writeStream(rows, { sink, checkpointLocation: 'x', restart: wrong({ attempts: 1 }) }),
  ],
  ['livePage', 'LivePageOptions', () => ops.livePage(wrong())],
  ['livePage', 'LivePageOptions', () => ops.writeStream(rows, { sink, page: wrong() })],
  ['display', 'DisplayOptions', () => ops.display(rows, wrong())],
  ['readStream', 'ReadStreamOptions', () => ops.readStream(NEVER, wrong())],
  ['readState', 'ReadStateOptions', () => ops.readState('x', wrong()).next()],
  ['readManifest', '', () => ops.readManifest('x', wrong())],
  ['addListener', '', () => ops.queries.addListener(wrong())],

  ['jsonFiles', 'JsonFilesOptions', () => ops.jsonFiles('x', wrong({ schema: 'a INT' }))],
  ['csvFiles', 'CsvFilesOptions', () => ops.csvFiles('x', wrong({ schema: 'a INT' }))],
  ['textFiles', 'TextFilesOptions', () => ops.textFiles('x', wrong())],
  ['parquetFiles', 'ParquetFilesOptions', () => parquet.parquetFiles('x', wrong())],
  ['socketLines', 'SocketLinesOptions', () => ops.socketLines(wrong({ host: 'h', port: 1 }))],
  [
    'socketLines: reconnect',
    'SocketLinesOptions',
    () => ops.socketLines({ host: 'h', port: 1, reconnect: wrong({ delay: 1 }) }),
  ],
  ['rate', 'RateOptions', () => ops.rate(wrong())],
  ['ratePerBatch', 'RatePerBatchOptions', () => ops.ratePerBatch(wrong({ rowsPerBatch: 1 }))],
  ['memoryStream', 'MemoryStreamOptions', () => ops.memoryStream(wrong())],
  ['durable', 'DurableOptions', () => ops.durable(undefined, wrong({ name: 'n' }))],
  ['schemaOf', 'SchemaOfOptions', () => ops.schemaOf('x', wrong())],

  ['fileSink', 'FileSinkOptions', () => ops.fileSink('x', wrong())],
  ['consoleSink', 'ConsoleSinkOptions', () => ops.consoleSink(wrong())],
  ['parquetFileSink', 'ParquetFileSinkOptions', () => parquet.parquetFileSink('x', wrong())],
  ['foreach', '', () => ops.foreach(wrong({ process: () => undefined }))],

  ['withWatermark', 'WithWatermarkOptions', () => ops.withWatermark(() => 0, 0, wrong())],
  ['window', 'WindowOptions', () => ops.window(10, wrong())],
  ['windowOf', 'WindowOfOptions', () => ops.windowOf(() => 0, 10, wrong())],
  ['sessionWindow', 'SessionWindowOptions', () => ops.sessionWindow(10, wrong())],
  ['groupByKey', 'GroupByKeyOptions', () => ops.groupByKey(() => 0, wrong())],
  ['groupByKey', 'GroupByKeyOptions', () => ops.groupByKey('a' as never, 'b' as never, wrong())],
  ['dropDuplicates', 'DropDuplicatesOptions', () => ops.dropDuplicates(wrong())],
  ['dropDuplicates', 'DropDuplicatesOptions', () => ops.dropDuplicates(() => 0, wrong())],
  ['dropDuplicates', 'DropDuplicatesOptions', () => ops.distinct(wrong())],
  ['asc', 'OrderOptions', () => ops.asc(() => 0, wrong())],
  ['desc', 'OrderOptions', () => ops.desc(() => 0, wrong())],
  ['joinWith', 'StreamJoinOptions', () => ops.joinWith(rows, wrong({ ...on, unbounded: true }))],
  [
    'joinWith: within',
    'StreamJoinOptions',
    () => ops.joinWith(rows, { type: 'inner', on: 'a', within: wrong({ left: '<' }) } as never),
  ],
  ['joinWith with a table', 'StaticJoinOptions', () => ops.joinWith([{ a: 1 }], wrong(on))],
  ['mapGroupsWithState', 'MapGroupsOptions', () => ops.mapGroupsWithState(() => 0, wrong())],
  [
    'flatMapGroupsWithState',
    'FlatMapGroupsOptions',
    () => ops.flatMapGroupsWithState(() => [], wrong()),
  ],
  ['transformWithState', '', () => ops.transformWithState(wrong(processor))],
  ['handle.value', 'VariableOptions', declared('value')],
  ['handle.list', 'VariableOptions', declared('list')],
  ['handle.map', 'VariableOptions', declared('map')],
  ['table t of op', 'TableOptions', () => memoryBackend().operator('op').keyed('t', wrong())],
  ['table t of op', 'TableOptions', () => memoryBackend().operator('op').timed('t', wrong())],

  ['count', 'AggregateOptions', aggregated((r) => ({ n: r.count(wrong()) }))],
  [
    'fromMonoid',
    'AggregateOptions',
    () => ops.fromMonoid({ empty: 0, concat: (a: number, b: number) => a + b })(() => 1, wrong()),
  ],
  ...(
    [
      'sum',
      'avg',
      'min',
      'max',
      'count',
      'first',
      'last',
      'collectList',
      'collectSet',
      'countDistinct',
      'approxCountDistinct',
      'stddevSamp',
      'stddevPop',
      'varSamp',
      'varPop',
    ] as const
  ).map((name): (typeof calls)[number] => [
    name,
    'AggregateOptions',
    aggregated((r) => ({ n: (r[name] as (...args: unknown[]) => unknown)(() => 1, wrong()) })),
  ]),
  [
    'minBy',
    'AggregateOptions',
    aggregated((r) => ({
      n: r.minBy(
        () => 1,
        () => 1,
        wrong(),
      ),
    })),
  ],
  [
    'maxBy',
    'AggregateOptions',
    aggregated((r) => ({
      n: r.maxBy(
        () => 1,
        () => 1,
        wrong(),
      ),
    })),
  ],

  ['testStream', 'TestStreamOptions', () => testStream(rows, wrong())],
  ['assertState', '', () => assertState(wrong())],
  ['MemoryFileSystem', '', () => new MemoryFileSystem(wrong())],
  ['sinkContext', '', () => sinkContext(new MemoryFileSystem(), wrong())],
];

describe('an option that there is not', () => {
  it.each(calls)('is refused by %s (%s) by its name', async (owner, _type, call) => {
    const message = `${owner} has no option "frobnicate": leave it out; its options are `;
    await expect(async () => call()).rejects.toThrow(TypeError);
    await expect(async () => call()).rejects.toThrow(message);
  });

  it('is looked for wherever a public type of options is taken', () => {
    const types = publicNames()
      .map(({ name }) => name)
      .filter((name) => name.endsWith('Options'));
    const seen = new Set(calls.map(([, type]) => type));
    expect(types.filter((name) => !seen.has(name))).toEqual([]);
  });

  it.each<[fix: string, call: () => unknown]>([
    [
      'write checkpointLocation',
      () => ops.writeStream(rows, { sink, checkpointlocation: '/x' } as never),
    ],
    ['did you mean restart?', () => ops.writeStream(rows, { sink, restarts: {} } as never)],
    ['write bufferSize', () => ops.readStream(NEVER, { buffersize: 5 } as never)],
    ['give it to writeStream', () => ops.readStream(NEVER, { checkpointLocation: '/x' } as never)],
    ['write slide', () => ops.window(10, { Slide: 1 } as never)],
    [
      'did you mean handleExpiredTimer?',
      () => ops.transformWithState({ ...processor, handleExpiredTimers: () => [] } as never),
    ],
    ['did you mean numRows?', () => ops.display(rows, { numRow: 1 } as never)],
  ])('is refused with what to do: %s', (fix, call) => {
    expect(call).toThrow(fix);
  });

  it('is not named where users do not know it', () => {
    expect(() => ops.writeStream(rows, wrong({ sink }))).not.toThrow('internals');
  });

  it('is not what an instance of a class has beside its handlers', () => {
    class Mine {
      readonly timeMode = 'none';
      readonly helper = 1;
      init() {
        return this.helper;
      }
      handleInputRows(): number[] {
        return [];
      }
    }
    expect(() => ops.transformWithState(new Mine())).not.toThrow();
  });
});

describe('options that are no object', () => {
  it('are refused', () => {
    expect(() => ops.withWatermark(() => 0, 0, '1 second' as never)).toThrow(
      'withWatermark takes an object with options, not "1 second"',
    );
    expect(() => ops.readStream(NEVER, null as never)).toThrow(
      'readStream takes an object with options, not null',
    );
  });
});
