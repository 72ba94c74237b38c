import type { Observable } from 'rxjs';
import { writeStream } from '../../lib/query/writeStream.js';
import { memorySink } from '../../lib/sinks/memorySink.js';
import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import { addData, expectFailure, testStream } from '../../lib/testing/index.js';
import { aggregate } from '../../operators/aggregate.js';
import { between } from '../../operators/between.js';
import { count } from '../../operators/count.js';
import { dropDuplicates } from '../../operators/dropDuplicates.js';
import { dropDuplicatesWithinWatermark } from '../../operators/dropDuplicatesWithinWatermark.js';
import { flatMapGroupsWithState } from '../../operators/flatMapGroupsWithState.js';
import { groupByKey } from '../../operators/groupByKey.js';
import type { GroupState } from '../../operators/internal/groupState/groupState.js';
import { joinWith } from '../../operators/joinWith.js';
import { sessionWindow } from '../../operators/sessionWindow.js';
import { transformWithState } from '../../operators/transformWithState.js';
import { window } from '../../operators/window.js';
import { withWatermark } from '../../operators/withWatermark.js';
import { checkpoints } from '../spark/sparkScript.js';

interface Row {
  readonly k: unknown;
  readonly t: number;
}

type Pipe = (rows: Observable<Row>) => Observable<unknown>;

const keyed: readonly (readonly [string, Pipe])[] = [
  [
    'aggregate',
    (rows) =>
      rows.pipe(
        groupByKey((r) => r.k),
        window(10),
        count(),
      ),
  ],
  [
    'aggregate over sessions',
    (rows) =>
      rows.pipe(
        groupByKey((r) => r.k),
        sessionWindow(10),
        count(),
      ),
  ],
  ['dropDuplicates', (rows) => rows.pipe(dropDuplicates((r) => r.k))],
  ['dropDuplicates by time', (rows) => rows.pipe(dropDuplicates((r) => r.k, { eventTime: true }))],
  ['dropDuplicatesWithinWatermark', (rows) => rows.pipe(dropDuplicatesWithinWatermark((r) => r.k))],
  [
    'joinWith',
    (rows) =>
      rows.pipe(
        joinWith(rows, {
          type: 'inner',
          on: [(r) => r.k, (r) => r.k],
          within: between(-1, 1),
          select: (l) => l.t,
        }),
      ),
  ],
  [
    'flatMapGroupsWithState',
    (rows) =>
      rows.pipe(
        groupByKey((r) => r.k),
        flatMapGroupsWithState((_key, of, state: GroupState<number>) => {
          state.update(of.length);
          return [];
        }),
      ),
  ],
  [
    'transformWithState',
    (rows) =>
      rows.pipe(
        groupByKey((r) => r.k),
        transformWithState({
          timeMode: 'none',
          init: (handle) => handle.map<unknown, number>('seen'),
          handleInputRows(_key, of, seen) {
            seen.updateValue(1, of.length);
            return [];
          },
        }),
      ),
  ],
];

const notAValue = () => 1;

const valued: readonly (readonly [string, Pipe])[] = [
  [
    'aggregate',
    (rows) =>
      rows.pipe(
        window(10),
        aggregate((all) => ({ all: all.collectList((r) => r.k) })),
      ),
  ],
  [
    'joinWith',
    (rows) =>
      rows.pipe(
        joinWith(rows, { type: 'inner', on: 't', within: between(-1, 1), select: (l) => l.t }),
      ),
  ],
  [
    'flatMapGroupsWithState',
    (rows) =>
      rows.pipe(
        groupByKey((r) => r.t),
        flatMapGroupsWithState((_key, of, state: GroupState<unknown>) => {
          state.update(of[0]);
          return [];
        }),
      ),
  ],
  [
    'transformWithState',
    (rows) =>
      rows.pipe(
        groupByKey((r) => r.t),
        transformWithState({
          timeMode: 'none',
          init: (handle) => handle.list<unknown>('all'),
          handleInputRows(_key, of, all) {
            all.appendList(of);
            return [];
          },
        }),
      ),
  ],
];

describe('what cannot be encoded fails the batch, with its code', () => {
  const checkpoint = checkpoints();
  const marked = (source: ReturnType<typeof memoryStream<Row>>) =>
    readStream(source).pipe(withWatermark((r) => r.t, 0));

  it.each(keyed)('a key of %s', async (_name, pipe) => {
    for (const k of [Symbol('k'), notAValue, new WeakMap(), { deep: [notAValue] }]) {
      const source = memoryStream<Row>();
      await testStream(pipe(marked(source)))(
        expectFailure('STATE_NOT_ENCODABLE', addData(source, { k, t: 100 })),
      );
    }
  });

  it('a key says what a key may be, not what a value may be', async () => {
    class Point {
      readonly x = 1;
    }
    for (const k of [new Map(), new Set([1]), [new Point()]]) {
      const source = memoryStream<Row>();
      const query = writeStream(readStream(source).pipe(dropDuplicates((r) => r.k)), {
        sink: memorySink(),
      });
      source.addData({ k, t: 1 });
      const { cause } = (await query.awaitTermination().catch((error: Error) => error)) as Error;
      expect((cause as Error).message).toMatch(
        /^dropDuplicates-0 cannot use a key that is, or holds, a /,
      );
      expect((cause as Error).message).not.toMatch(/Maps|Sets/);
    }
  });

  it.each(valued)('a value of %s', (_name, pipe) => {
    const source = memoryStream<Row>();
    return testStream(pipe(marked(source)), { checkpointLocation: checkpoint.folder })(
      expectFailure('STATE_NOT_ENCODABLE', addData(source, { k: notAValue, t: 100 })),
    );
  });
});
