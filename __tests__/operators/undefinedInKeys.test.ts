import { filter, type Observable, of, pipe } from 'rxjs';
import {
  aggregate,
  count,
  flatMapGroupsWithState,
  type Grouped,
  groupByKey,
  mapGroupsWithState,
  memoryStream,
  outputMode,
  readStream,
  transformWithState,
} from '../../index.js';
import {
  addData,
  checkNewAnswer,
  MemoryFileSystem,
  restart,
  testStream,
} from '../../lib/testing/index.js';

interface Row {
  readonly v?: number | undefined;
}
type Key = { readonly x: number | null; readonly in: { readonly list: readonly unknown[] } };
type Rows = Grouped<Key, Row>;

const keyOf = ({ v }: Row) => ({ x: v, in: { list: [v, 'a'] } }) as unknown as Key;
const found: Key = { x: null, in: { list: [null, 'a'] } };

const ways: readonly (readonly [string, (rows: Observable<Rows>) => Observable<unknown>])[] = [
  ['count', count<Rows>()],
  ['aggregate', aggregate<Rows, Record<string, never>>(() => ({}))],
  ['mapGroupsWithState', mapGroupsWithState((key: Key) => ({ key }))],
  [
    'flatMapGroupsWithState',
    flatMapGroupsWithState((key: Key) => [{ key }], { outputMode: 'update' }),
  ],
  [
    'transformWithState',
    transformWithState({
      timeMode: 'none',
      init: () => ({}),
      handleInputRows: (key: Key) => [{ key }],
    }),
  ],
  [
    'an RxJS operator',
    pipe(
      filter((row) => row.key.x === null),
      count<Rows>(),
    ),
  ],
];

describe('undefined and −0 in a key', () => {
  it.each(ways)('are null and 0 for %s, before a restart as behind it', async (name, way) => {
    const rows = memoryStream<Row>();
    const stream = way(readStream(rows).pipe(groupByKey(keyOf)) as unknown as Observable<Rows>);
    const answers = (n: number) =>
      /count|RxJS/.test(name) ? { key: found, count: n } : { key: found };
    const fileSystem = new MemoryFileSystem();
    const checkpointLocation = 'checkpoint';
    await testStream(stream, { outputMode: 'update', checkpointLocation, fileSystem })(
      addData(rows, {}, { v: undefined }),
      checkNewAnswer(answers(2)),
      restart,
      addData(rows, {}),
      checkNewAnswer(answers(3)),
    );
  });

  it('are so in the groups that complete mode shows again', async () => {
    const rows = memoryStream<number>();
    const stream = readStream(rows).pipe(
      groupByKey((n) => [n, undefined] as const),
      count(),
    );
    const fileSystem = new MemoryFileSystem();
    const checkpointLocation = 'checkpoint';
    const answer = { key: [0, null], count: 1 };
    await testStream(stream, { outputMode: 'complete', checkpointLocation, fileSystem })(
      addData(rows, -0),
      checkNewAnswer(answer),
      restart,
      addData(rows, 7),
      checkNewAnswer(answer, { key: [7, null], count: 1 }),
    );
  });

  it('are so for the function that reads the event time of a key', () => {
    const times: unknown[] = [];
    of({ at: undefined }, { at: 5 })
      .pipe(
        groupByKey((row: { readonly at: number | undefined }) => [row.at] as const, {
          eventTime: ([at]) => {
            times.push(at);
            return at;
          },
        }),
        count(),
        outputMode('update'),
      )
      .subscribe();
    expect(times).toContain(null);
    expect(times).not.toContain(undefined);
  });

  it('are so for the function that takes initial state', () => {
    const keys: unknown[] = [];
    of({ v: 1 })
      .pipe(
        groupByKey(keyOf),
        transformWithState({
          timeMode: 'none',
          init: () => ({}),
          initialState: [[keyOf({ v: undefined }), 1]],
          handleInitialState: (key: Key) => {
            keys.push(key);
          },
          handleInputRows: () => [],
        }),
      )
      .subscribe();
    expect(keys).toEqual([found]);
  });
});
