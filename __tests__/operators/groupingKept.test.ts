import { firstValueFrom, map, type Observable, toArray } from 'rxjs';
import {
  count,
  distinct,
  dropDuplicates,
  dropDuplicatesWithinWatermark,
  explode,
  groupByKey,
  joinWith,
  limit,
  mapGroupsWithState,
  memorySink,
  memoryStream,
  observe,
  outputMode,
  readBatch,
  readStream,
  select,
  sessionWindow,
  union,
  where,
  window,
  windowTime,
  withColumns,
  withWatermark,
  writeStream,
} from '../../index.js';

interface Row {
  readonly id: string;
  readonly v: number;
}

const given: readonly Row[] = [
  { id: 'a', v: 1 },
  { id: 'b', v: 2 },
  { id: 'b', v: 3 },
];

/** `v` is the event time. */
function rows(): Observable<Row> {
  const source = memoryStream<Row>();
  source.addData(...given);
  source.complete();
  return readStream(source).pipe(withWatermark((row) => row.v, 0));
}

async function written<T>(stream: Observable<T>, mode?: 'update'): Promise<readonly T[]> {
  const sink = memorySink<T>();
  const query = writeStream(stream, { sink, ...(mode ? { outputMode: mode } : {}) });
  await query.processAllAvailable();
  await query.stop();
  return sink.rows();
}

const perKey = [
  { key: 'a', count: 1 },
  { key: 'b', count: 2 },
];

describe('a grouping is kept', () => {
  it('by outputMode, which counts as standing before it', async () => {
    const counts = () => rows().pipe(groupByKey('id'), outputMode('update'), count());
    expect(await readBatch(counts())).toEqual(perKey);
    expect(await written(counts())).toEqual(perKey);
    expect(await firstValueFrom(counts().pipe(toArray()))).toContainEqual({ key: 'b', count: 2 });
    const before = rows().pipe(outputMode('update'), groupByKey('id'), window(2), count());
    const behind = rows().pipe(groupByKey('id'), window(2), outputMode('update'), count());
    expect(behind).toMatchObject({ plan: { label: Reflect.get(before, 'plan').label } });
    expect(await written(behind)).toEqual(await written(before));
  });

  it.each<readonly [string, () => Observable<unknown>]>([
    [
      'groupByKey',
      () =>
        rows().pipe(
          groupByKey('id'),
          map((row) => row.value),
          count(),
        ),
    ],
    [
      'window',
      () =>
        rows().pipe(
          window(2),
          map(() => null),
          count(),
        ),
    ],
    [
      'sessionWindow',
      () =>
        rows().pipe(
          groupByKey('id'),
          sessionWindow(2),
          map(({ key, value }) => ({ key, value })),
          count(),
        ),
    ],
    [
      'groupByKey',
      () =>
        rows().pipe(
          groupByKey('id'),
          map(({ key }) => ({ key }) as { key: string; value: Row }),
          mapGroupsWithState(() => 1),
        ),
    ],
  ])('by no RxJS operator that makes other rows behind %s', async (grouping, stream) => {
    const lost = {
      code: 'GROUPING_LOST',
      message: expect.stringContaining(`an RxJS operator stands behind ${grouping}`),
    };
    const updated = stream().pipe(outputMode('update'));
    await expect(
      firstValueFrom(grouping === 'sessionWindow' ? stream() : updated),
    ).rejects.toMatchObject(lost);
    await expect(readBatch(stream())).rejects.toMatchObject({ code: 'BATCH_FAILED', cause: lost });
  });

  it('by where, which sees key, window and value', async () => {
    const kept = rows().pipe(
      groupByKey('id'),
      where((row) => row.value.v > 1),
      outputMode('update'),
      count(),
    );
    expect(await written(kept)).toEqual([{ key: 'b', count: 2 }]);
    const windows = rows().pipe(
      window(2, { timestamps: 'ms' }),
      where((row) => row.window.start > 0),
      count(),
    );
    expect(await readBatch(windows)).toEqual([{ window: { start: 2, end: 4 }, count: 2 }]);
  });

  it('for an operator that calls a function per key', async () => {
    const summed = rows().pipe(
      groupByKey('id'),
      where((row) => row.value.v > 1),
      outputMode('update'),
      mapGroupsWithState((key, values) => ({ key, n: values.length })),
    );
    expect(await written(summed)).toEqual([{ key: 'b', n: 2 }]);
  });
});

describe('a grouping that would be lost', () => {
  const other = rows();
  it.each<[string, (grouped: Observable<never>) => Observable<unknown>]>([
    ['withColumns', (s) => s.pipe(withColumns(() => ({ one: 1 })))],
    ['select', (s) => s.pipe(select((row) => row))],
    ['explode', (s) => s.pipe(explode((row) => [row]))],
    ['union', (s) => s.pipe(union(other))],
    ['union', (s) => other.pipe(union(s))],
    ['limit', (s) => s.pipe(limit(1))],
    ['observe', (s) => s.pipe(observe('seen', (r) => ({ n: r.count() })))],
    ['withWatermark', (s) => s.pipe(withWatermark(() => 0, 0))],
    ['windowTime', (s) => s.pipe(windowTime(() => null))],
    ['dropDuplicates', (s) => s.pipe(dropDuplicates())],
    ['dropDuplicates', (s) => s.pipe(distinct())],
    ['dropDuplicatesWithinWatermark', (s) => s.pipe(dropDuplicatesWithinWatermark())],
    [
      'join',
      (s) => other.pipe(joinWith(s, { type: 'inner', on: 'key', unbounded: true } as never)),
    ],
  ])('by %s is refused before the query starts', async (operator, behind) => {
    const refusal = expect.objectContaining({
      code: 'GROUPING_LOST',
      params: { operator, grouping: 'groupByKey' },
    });
    for (const grouped of [
      rows().pipe(groupByKey('id')),
      rows().pipe(
        groupByKey('id'),
        where(() => true),
        outputMode('append'),
      ),
    ]) {
      const counts = behind(grouped as never).pipe(count());
      expect(() => writeStream(counts, { sink: memorySink() })).toThrow(refusal);
      await expect(readBatch(counts)).rejects.toEqual(refusal);
      await expect(firstValueFrom(counts)).rejects.toEqual(refusal);
    }
  });

  it.each<[string, Observable<unknown>]>([
    ['groupByKey', rows().pipe(groupByKey('id'))],
    ['window', rows().pipe(window(5))],
    ['sessionWindow', rows().pipe(groupByKey('id'), sessionWindow(5))],
    [
      'groupByKey',
      rows().pipe(
        groupByKey('id'),
        where(() => true),
        outputMode('update'),
      ),
    ],
  ])('because the pipe ends in %s is refused', async (operator, stream) => {
    const refusal = expect.objectContaining({
      code: 'PLAN_ENDS_IN_GROUPING',
      params: { operator },
    });
    expect(() => writeStream(stream, { sink: memorySink() })).toThrow(refusal);
    await expect(readBatch(stream)).rejects.toEqual(refusal);
    await expect(firstValueFrom(stream)).rejects.toEqual(refusal);
  });
});

it('a window that no row has a time for is refused, whatever stands between it and count', () => {
  const untimed = readStream(memoryStream<Row>()).pipe(
    window(5),
    where(() => true),
    outputMode('update'),
    count(),
  );
  expect(() => writeStream(untimed, { sink: memorySink() })).toThrow(
    expect.objectContaining({ code: 'WINDOW_NEEDS_TIME' }),
  );
});
