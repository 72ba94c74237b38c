import { dropDuplicates } from '../../operators/dropDuplicates.js';
import { dropDuplicatesWithinWatermark } from '../../operators/dropDuplicatesWithinWatermark.js';
import { flatMapGroupsWithState } from '../../operators/flatMapGroupsWithState.js';
import { groupByKey } from '../../operators/groupByKey.js';
import type { GroupState } from '../../operators/internal/groupState/groupState.js';
import { transformWithState } from '../../operators/transformWithState.js';
import type { BatchInput, Build } from './operatorHarness.js';
import { StoredHarness } from './storedHarness.js';

/**
 * Entries that each of some batches reads, each after a restart, over state of `size` entries that they
 * have nothing to do with.
 */
async function reads(
  build: Build<number, unknown>,
  size: number,
  batches: readonly BatchInput<number>[],
): Promise<readonly number[]> {
  const harness = await StoredHarness.open(build, { delayMs: 0 });
  const rows = Array.from({ length: size }, (_, i) => [i + 1, i + 1_000_000] as const);
  await harness.batch({ rows: [[0, 10], ...rows], at: 0 });
  const read: number[] = [];
  for (const batch of batches) {
    await harness.restart();
    await harness.batch(batch);
    read.push(harness.run.entriesRead);
  }
  return read;
}

/**
 * The first batch gives key 0 something due at 10 and every other key something far away. State has
 * 100,000 entries with dedup, two for a key, and with all kinds of state, about ten for a key.
 */
const operators: readonly (readonly [string, number, Build<number, unknown>])[] = [
  ['dropDuplicates by time', 5000, (source) => source.pipe(dropDuplicates({ eventTime: true }))],
  [
    'dropDuplicatesWithinWatermark',
    50_000,
    (source) => source.pipe(dropDuplicatesWithinWatermark()),
  ],
  [
    'flatMapGroupsWithState',
    5000,
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
    10_000,
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
    '%s reads what it touches, however much else there is: %i keys',
    async (_name, size, build) => {
      const touched = { rows: [[1, 2_000_000]] as const, late: 0, evict: 5, at: 5 };
      const due = { late: 5, evict: 12, at: 12 };
      const few = await reads(build, 10, [touched, due]);
      for (const read of few) expect(read).toBeLessThan(25);
      expect(await reads(build, size, [touched, due])).toEqual(few);
    },
    120_000,
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
    const batches = [{ rows: [[7, null]] as const }];
    expect(await reads(append, 5000, batches)).toEqual(await reads(append, 10, batches));
  });
});
