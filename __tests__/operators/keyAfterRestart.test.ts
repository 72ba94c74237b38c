import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as O from 'fp-ts/lib/Option.js';
import type { Observable } from 'rxjs';
import { writeStream } from '../../lib/query/writeStream.js';
import { memorySink } from '../../lib/sinks/memorySink.js';
import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import { count } from '../../operators/count.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { mapGroupsWithState } from '../../operators/mapGroupsWithState.js';
import { sessionWindow } from '../../operators/sessionWindow.js';
import { transformWithState } from '../../operators/transformWithState.js';
import { window } from '../../operators/window.js';
import { withWatermark } from '../../operators/withWatermark.js';

interface Event {
  readonly k: unknown;
  readonly t: number;
}

type Rows = Observable<Event>;
const key = (e: Event) => e.k;

/** Plans whose rows show the key, and the mode that shows it again in the second batch. */
const plans: readonly [string, 'update' | 'complete', (rows: Rows) => Observable<unknown>][] = [
  ['count', 'update', (rows) => rows.pipe(groupByKey(key), count())],
  ['count of a whole table', 'complete', (rows) => rows.pipe(groupByKey(key), count())],
  [
    'window',
    'update',
    (rows) =>
      rows.pipe(
        withWatermark((e) => e.t, 0),
        groupByKey(key),
        window('1 hour'),
        count(),
      ),
  ],
  [
    'sessionWindow',
    'complete',
    (rows) =>
      rows.pipe(
        withWatermark((e) => e.t, '1 hour'),
        groupByKey(key),
        sessionWindow('10 seconds'),
        count(),
      ),
  ],
  [
    'mapGroupsWithState',
    'update',
    (rows) =>
      rows.pipe(
        groupByKey(key),
        mapGroupsWithState((k, _rows, state) => {
          state.update(1);
          return { key: k };
        }),
      ),
  ],
  [
    'transformWithState, a timer',
    'update',
    (rows) =>
      rows.pipe(
        withWatermark((e) => e.t, 0),
        groupByKey(key),
        transformWithState({
          timeMode: 'eventTime',
          init: (handle) => ({ n: handle.value<number>('n') }),
          handleInputRows(_key, taken, state, ctx) {
            if (O.isNone(state.n.get())) ctx.registerTimer(1500);
            state.n.update(taken.length);
            return [];
          },
          handleExpiredTimer: (k) => [{ key: k }],
        }),
      ),
  ],
];

const keys: readonly [string, unknown, unknown][] = [
  ['-0', -0, 0],
  ['a field that is undefined', { a: 1, b: undefined }, { a: 1, b: null }],
  ['a field that is -0', { a: -0, b: 'x' }, { a: 0, b: 'x' }],
  ['an array with both', [undefined, -0, 'x'], [null, 0, 'x']],
  ['a hole', Object.assign([1], { length: 2 }), [1, null]],
  ['a Buffer', Buffer.from('hi'), Uint8Array.of(104, 105)],
  ['a field that is a Buffer', { id: Buffer.from('hi') }, { id: Uint8Array.of(104, 105) }],
  ['both further down', { a: { b: [undefined], c: -0 } }, { a: { b: [null], c: 0 } }],
  ['a field called __proto__', JSON.parse('{"__proto__": -0}'), JSON.parse('{"__proto__": 0}')],
];

describe.each(plans)('a group shows its key as state gives it back: %s', (_name, mode, plan) => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-key-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function shown(given: unknown, restarts: boolean): Promise<unknown> {
    const source = memoryStream<Event>();
    const checkpointLocation = join(folder, String(restarts));
    const start = () => {
      const sink = memorySink<{ readonly key: unknown }>();
      const rows$ = plan(readStream(source)) as Observable<{ readonly key: unknown }>;
      return { sink, query: writeStream(rows$, { sink, outputMode: mode, checkpointLocation }) };
    };
    let run = start();
    try {
      source.addData({ k: given, t: 1000 });
      await run.query.processAllAvailable();
      if (restarts) {
        await run.query.stop();
        run = start();
      }
      source.addData({ k: given, t: 2000 });
      await run.query.processAllAvailable();
      return run.sink.rows().at(-1)?.key;
    } finally {
      await run.query.stop();
    }
  }

  it.each(keys)('%s, with and without a restart', async (_key, given, kept) => {
    expect(await shown(given, false)).toStrictEqual(kept);
    expect(await shown(given, true)).toStrictEqual(kept);
  });
});
