import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Observable } from 'rxjs';
import {
  type Aggregate,
  type Aggregates,
  aggregate,
  availableNow,
  between,
  count,
  foreachBatch,
  groupByKey,
  joinWith,
  mapGroupsWithState,
  memoryStream,
  noopSink,
  type OutputMode,
  readStream,
  type StreamingError,
  sessionWindow,
  transformWithState,
  union,
  window,
  withWatermark,
  writeStream,
} from '../../index.js';

interface Row {
  readonly a: string;
  readonly b: string;
  readonly time: number;
}

describe('a query that goes on with the checkpoint of an edited one', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-changed-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const rows = () => readStream(memoryStream<Row>());
  const timed = () => rows().pipe(withWatermark('time', '1 minute'));

  /** Runs a query on the checkpoint; why it was refused, if it was. */
  async function run(
    stream: Observable<unknown>,
    outputMode: OutputMode = 'append',
  ): Promise<StreamingError | undefined> {
    const query = writeStream(stream, { sink: noopSink(), outputMode, checkpointLocation: folder });
    await query.processAllAvailable().catch(() => undefined);
    await query.stop();
    return query.exception;
  }

  const keepState = mapGroupsWithState<unknown, Row, number, number>(
    (_key, values) => values.length,
  );
  const transform = transformWithState({
    timeMode: 'none',
    init: () => undefined,
    handleInputRows: (_key: unknown, values: Iterable<Row>) => [...values],
  });
  const onBoth = (on: never) => () =>
    timed().pipe(joinWith(timed(), { type: 'inner', on, within: between('0 seconds', '1 hour') }));

  type Plan = () => Observable<unknown>;
  const changes: readonly (readonly [string, Plan, Plan, OutputMode, string])[] = [
    [
      'aggregate',
      () => rows().pipe(groupByKey('a'), count()),
      () => rows().pipe(groupByKey('b'), count()),
      'update',
      'operator aggregate-0 had the key a and has b',
    ],
    [
      'aggregate, a column more',
      () => rows().pipe(groupByKey('a'), count()),
      () => rows().pipe(groupByKey('a', 'b'), count()),
      'complete',
      'had the key a and has a, b',
    ],
    [
      'mapGroupsWithState',
      () => rows().pipe(groupByKey('a'), keepState),
      () => rows().pipe(groupByKey('b'), keepState),
      'update',
      'operator mapGroupsWithState-0 had the key a and has b',
    ],
    [
      'transformWithState',
      () => rows().pipe(groupByKey('a'), transform),
      () => rows().pipe(groupByKey('b'), transform),
      'append',
      'operator transformWithState-0 had the key a and has b',
    ],
    ['joinWith', onBoth('a' as never), onBoth('b' as never), 'append', 'had the key a and has b'],
    [
      'joinWith, in another order',
      onBoth(['a', 'b'] as never),
      onBoth(['b', 'a'] as never),
      'append',
      'operator join-0 had the key a, b and has b, a',
    ],
  ];

  it.each(changes)('refuses another key: %s', async (_name, first, now, mode, message) => {
    expect(await run(first(), mode)).toBeUndefined();
    const error = await run(now(), mode);
    expect(error?.code).toBe('CHECKPOINT_INCOMPATIBLE');
    expect(error?.message).toContain(message);
    expect(await run(first(), mode)).toBeUndefined();
  });

  it('compares no key that a function gives, nor the order of columns of one object', async () => {
    expect(await run(rows().pipe(groupByKey('a', 'b'), count()), 'update')).toBeUndefined();
    expect(await run(rows().pipe(groupByKey('b', 'a'), count()), 'update')).toBeUndefined();
    const byFunction = groupByKey(({ a, b }: Row) => ({ a, b }));
    expect(await run(rows().pipe(byFunction, count()), 'update')).toBeUndefined();
  });

  const perMinute = (stream: Observable<Row>) =>
    stream.pipe(window('1 minute', { time: (row: Row) => row.time }), count());

  it('refuses a table that is whole, where windows have been let go', async () => {
    expect(await run(perMinute(timed()), 'append')).toBeUndefined();
    const error = await run(perMinute(timed()), 'complete');
    expect(error?.code).toBe('CHECKPOINT_INCOMPATIBLE');
    expect(error?.message).toContain('operator aggregate-0 let groups go');
    expect(await run(perMinute(timed()), 'update')).toBeUndefined();
  });

  it('refuses to go on without the watermark by which windows have been let go', async () => {
    expect(await run(perMinute(timed()), 'update')).toBeUndefined();
    const error = await run(perMinute(rows()), 'update');
    expect(error?.message).toContain('operator aggregate-0 let groups go');
  });

  it('takes another mode where nothing has been let go', async () => {
    expect(await run(rows().pipe(groupByKey('a'), count()), 'update')).toBeUndefined();
    expect(await run(rows().pipe(groupByKey('a'), count()), 'complete')).toBeUndefined();
    expect(await run(timed().pipe(groupByKey('a'), count()), 'update')).toBeUndefined();
    expect(await run(rows().pipe(groupByKey('a'), count()), 'complete')).toBeUndefined();
  });

  const sumsOf = (...names: ('x' | 'y')[]) =>
    rows().pipe(
      groupByKey('a'),
      aggregate((r) => Object.fromEntries(names.map((n) => [n, r.sum(({ time }) => time)]))),
    );

  it('refuses results that have changed places, and takes other names at their places', async () => {
    expect(await run(sumsOf('x', 'y'), 'update')).toBeUndefined();
    const error = await run(sumsOf('y', 'x'), 'update');
    expect(error?.code).toBe('CHECKPOINT_INCOMPATIBLE');
    expect(error?.message).toContain('where y stands at another place');
  });

  it('refuses other bounds of a join', async () => {
    const within = (to: string) =>
      timed().pipe(joinWith(timed(), { type: 'inner', on: 'a', within: between('0 seconds', to) }));
    expect(await run(within('1 hour'))).toBeUndefined();
    const error = await run(within('2 hours'));
    expect(error?.code).toBe('CHECKPOINT_INCOMPATIBLE');
    expect(error?.message).toContain('operator join-0 had the bounds');
    expect(await run(within('60 minutes'))).toBeUndefined();
  });

  it('refuses another policy of several watermarks', async () => {
    const two = () => timed().pipe(union(timed()));
    const withPolicy = async (multipleWatermarkPolicy: 'min' | 'max') => {
      const checkpointLocation = folder;
      const options = { sink: noopSink(), checkpointLocation, multipleWatermarkPolicy };
      const query = writeStream(two(), options);
      await query.processAllAvailable().catch(() => undefined);
      await query.stop();
      return query.exception;
    };
    expect(await withPolicy('min')).toBeUndefined();
    expect((await withPolicy('max'))?.message).toContain("had multipleWatermarkPolicy 'min'");
    expect(await withPolicy('min')).toBeUndefined();
  });

  it('lets the gap of sessions change', async () => {
    const sessions = (gap: string) => timed().pipe(groupByKey('a'), sessionWindow(gap), count());
    expect(await run(sessions('1 minute'))).toBeUndefined();
    expect(await run(sessions('1 hour'))).toBeUndefined();
  });

  type Define = (rows: Aggregates<Row>) => { n: Aggregate<Row, unknown, number> };
  const all: Define = (r) => ({ n: r.count() });
  const some: Define = (r) => ({ n: r.count({ where: ({ b }) => b === 'x' }) });
  const given: Define = (r) => ({ n: r.count(({ b }) => b) });
  it.each([
    ['all rows, then some', all, some, 3],
    ['some rows, then all', some, all, 3],
    ['all rows, then values', all, given, 4],
    ['values, then all rows', given, all, 4],
  ])('goes on counting: %s', async (_name, first, now, expected) => {
    const source = memoryStream<Row>();
    const counts: unknown[] = [];
    for (const define of [first, now]) {
      source.addData({ a: 'k', b: 'x', time: 1 }, { a: 'k', b: 'y', time: 1 });
      await writeStream(
        readStream(source).pipe(
          groupByKey('a'),
          aggregate((r) => define(r)),
        ),
        {
          sink: foreachBatch((out) => void counts.push(...out.map(({ n }) => n))),
          outputMode: 'update',
          checkpointLocation: folder,
          trigger: availableNow(),
        },
      ).awaitTermination();
    }
    expect(counts.at(-1)).toBe(expected);
  });

  it('begins to let windows go', async () => {
    expect(await run(perMinute(rows()), 'complete')).toBeUndefined();
    expect(await run(perMinute(timed()), 'append')).toBeUndefined();
  });
});
