import { type Observable, of } from 'rxjs';
import {
  aggregate,
  count,
  flatMapGroupsWithState,
  groupByKey,
  joinWith,
  memoryStream,
  noopSink,
  readBatch,
  readStream,
  select,
  sessionWindow,
  transformWithState,
  union,
  where,
  window,
  windowTime,
  withWatermark,
  writeStream,
} from '../../index.js';

interface Row {
  readonly k: string;
  readonly at: number;
}

const rows = () => readStream(memoryStream<Row>());
const timed = () => rows().pipe(withWatermark('at', '1 second'));
const windows = (stream: Observable<Row>) => stream.pipe(window('1 minute'), count());
const sessions = (stream: Observable<Row>) =>
  stream.pipe(groupByKey('k'), sessionWindow('1 minute'), count());

/** Rows of state functions, whose types these tests do not look at. */
const states = () => {
  const fn = (_key: string, values: readonly Row[]) => values;
  return timed().pipe(groupByKey('k'), flatMapGroupsWithState(fn)) as Observable<Row>;
};
const program = (eventTime?: (row: Row) => number) => {
  const init = () => undefined;
  const handleInputRows = (_key: string, values: Iterable<Row>) => [...values];
  const own = eventTime
    ? transformWithState({ timeMode: 'eventTime', init, handleInputRows, eventTime })
    : transformWithState({ timeMode: 'none', init, handleInputRows });
  return timed().pipe(groupByKey('k'), own) as Observable<Row>;
};
const pairs = (left: Observable<Row>, right: Observable<Row>, time: 'left' | 'right') =>
  left.pipe(
    joinWith(right, { type: 'inner', on: 'k', unbounded: true, time, select: (l: Row) => l }),
  );

type Case = [name: string, stream: () => Observable<unknown>];

const refused: Case[] = [
  ['one stream of a union', () => windows(timed().pipe(union(rows())))],
  ['the first stream of a union', () => windows(rows().pipe(union(timed())))],
  [
    'one stream of a union in a union',
    () => windows(timed().pipe(union(rows().pipe(union(timed()))))),
  ],
  [
    'one stream of a union, behind rows',
    () =>
      windows(
        timed().pipe(
          union(rows()),
          where(() => true),
        ),
      ),
  ],
  ['one stream of a union, for sessions', () => sessions(timed().pipe(union(rows())))],
  ['a stream of states', () => windows(timed().pipe(union(states())))],
  ['results of a program', () => windows(timed().pipe(union(program())))],
  ['pairs with the time of the side that has none', () => windows(pairs(timed(), rows(), 'right'))],
];

const accepted: Case[] = [
  ['a watermark on each stream of a union', () => windows(timed().pipe(union(timed())))],
  [
    'a watermark behind the union',
    () => windows(rows().pipe(union(rows()), withWatermark('at', 0))),
  ],
  [
    'a time of the window',
    () => timed().pipe(union(rows()), window('1 minute', { time: ({ at }) => at }), count()),
  ],
  ['pairs with the time of the side that has one', () => windows(pairs(timed(), rows(), 'left'))],
  ['results of a program that gives times', () => windows(program(({ at }) => at))],
  [
    'results of windows',
    () =>
      timed().pipe(
        window('1 minute'),
        count(),
        window('1 hour'),
        aggregate((r) => ({ n: r.count() })),
      ),
  ],
  [
    'the time of a window',
    () =>
      timed().pipe(
        window('1 minute'),
        count(),
        windowTime(),
        select((r) => r),
        window('1 hour'),
        count(),
      ),
  ],
  [
    'one stream twice',
    () => {
      const one = timed();
      return windows(one.pipe(union(one)));
    },
  ],
];

describe('a window, where some rows have no event time', () => {
  it.each(refused)('is refused when the query is built: %s', (_name, stream) => {
    expect(() => writeStream(stream(), { sink: noopSink() })).toThrow(
      expect.objectContaining({ code: 'WINDOW_NEEDS_TIME' }),
    );
  });

  it.each(refused)('is refused live: %s', (_name, stream) => {
    const errors: unknown[] = [];
    stream().subscribe({ error: (error) => errors.push(error) });
    expect(errors).toEqual([expect.objectContaining({ code: 'WINDOW_NEEDS_TIME' })]);
  });

  it.each(accepted)('starts with %s', async (_name, stream) => {
    const query = writeStream(stream(), { sink: noopSink() });
    await query.processAllAvailable();
    await query.stop();
    expect(query.exception).toBeUndefined();
  });

  it('names the rows', () => {
    expect(() => writeStream(windows(timed().pipe(union(rows()))), { sink: noopSink() })).toThrow(
      'count: rows of MemoryStream',
    );
  });

  it('is refused in a batch: counts have no time', async () => {
    const counted = of({ k: 'a', at: 1 }).pipe(withWatermark('at', 0), groupByKey('k'), count());
    const stream = counted.pipe(window('1 minute'), count());
    await expect(readBatch(stream)).rejects.toMatchObject({ code: 'WINDOW_NEEDS_TIME' });
  });
});
