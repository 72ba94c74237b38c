import { dropDuplicates } from '../../operators/dropDuplicates.js';
import { dropDuplicatesWithinWatermark } from '../../operators/dropDuplicatesWithinWatermark.js';
import { flatMapGroupsWithState } from '../../operators/flatMapGroupsWithState.js';
import { groupByKey } from '../../operators/groupByKey.js';
import type { GroupState } from '../../operators/internal/groupState/groupState.js';
import { transformWithState } from '../../operators/transformWithState.js';
import type { BatchInput, Build } from './operatorHarness.js';
import { StoredHarness } from './storedHarness.js';

/** Entries that a batch reads over state of `size` entries that it has nothing to do with. */
async function reads(
  build: Build<number, unknown>,
  size: number,
  batch: BatchInput<number>,
): Promise<number> {
  const harness = await StoredHarness.open(build, { delayMs: 0 });
  const rows = Array.from({ length: size }, (_, i) => [i + 1, i + 1_000_000] as const);
  await harness.batch({ rows: [[0, 10], ...rows], at: 0 });
  await harness.restart();
  await harness.batch(batch);
  return harness.run.entriesRead;
}

/** The first batch gives key 0 something due at 10 and every other key something far away. */
const operators: readonly (readonly [string, Build<number, unknown>])[] = [
  ['dropDuplicates by time', (source) => source.pipe(dropDuplicates({ eventTime: true }))],
  ['dropDuplicatesWithinWatermark', (source) => source.pipe(dropDuplicatesWithinWatermark())],
  [
    'flatMapGroupsWithState',
    (source) =>
      source.pipe(
        groupByKey((n) => n),
        flatMapGroupsWithState(
          (key, _rows, state: GroupState<number>) => {
            if (!state.hasTimedOut) state.setTimeoutTimestamp(key === 0 ? 10 : 1_000_000);
            return [key];
          },
          { timeout: 'eventTime' },
        ),
      ),
  ],
  [
    'transformWithState',
    (source) =>
      source.pipe(
        groupByKey((n) => n),
        transformWithState({
          timeMode: 'processingTime',
          init: (handle) => ({
            value: handle.value<number>('v', { ttl: 1_000_000 }),
            list: handle.list<number>('l'),
            map: handle.map<number, number>('m'),
          }),
          handleInputRows(key, rows, { value, list, map }, ctx): unknown[] {
            value.update(1);
            list.appendList(rows);
            for (const row of rows) map.updateValue(row, row);
            ctx.registerTimer(key === 0 ? 10 : 1_000_000);
            return [[...map.entries()], list.get(), ctx.listTimers()];
          },
          handleExpiredTimer: (key, _timerMs, { map, list }): unknown[] => [
            [key, map.exists, list.get()],
          ],
        }),
      ),
  ],
];

describe('the cost of a batch', () => {
  it.each(operators)(
    '%s reads what it touches, however much else there is',
    async (_name, build) => {
      const due = { late: 0, evict: 12, at: 12 };
      const touched = { rows: [[1, 2_000_000]] as const, late: 0, evict: 5, at: 5 };
      for (const batch of [due, touched]) {
        const few = await reads(build, 10, batch);
        expect(few).toBeLessThan(25);
        expect(await reads(build, 5000, batch)).toBe(few);
      }
    },
  );

  it('appending to a list reads its head only', async () => {
    const append: Build<number, unknown> = (source) =>
      source.pipe(
        groupByKey(() => 'k'),
        transformWithState({
          timeMode: 'none',
          init: (handle) => handle.list<number>('l'),
          handleInputRows(_key, rows, list) {
            list.appendList(rows);
            return [];
          },
        }),
      );
    const batch = { rows: [[7, null]] as const };
    expect(await reads(append, 5000, batch)).toBe(await reads(append, 10, batch));
  });
});
