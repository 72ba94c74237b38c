import { aggregate } from '../../operators/aggregate.js';
import { count } from '../../operators/count.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { sessionWindow } from '../../operators/sessionWindow.js';
import { window } from '../../operators/window.js';
import type { BatchInput, Build } from './operatorHarness.js';
import { StoredHarness } from './storedHarness.js';

/**
 * Entries that each of some batches reads, each after a restart, over state of `size` groups that they
 * have nothing to do with.
 */
async function reads(
  build: Build<number, unknown>,
  size: number,
  room?: number,
): Promise<readonly number[]> {
  const harness = await StoredHarness.open(build, {
    delayMs: 0,
    ...(room === undefined ? {} : { room }),
  });
  const rows = Array.from({ length: size }, (_, i) => [i + 1, 1000 + i * 100] as const);
  await harness.batch({ rows: [[0, 10], ...rows] });
  const read: number[] = [];
  for (const [, batch] of batches) {
    await harness.restart();
    await harness.batch(batch);
    read.push(harness.run.entriesRead);
  }
  return read;
}

/** What a batch does, and the most that it may read: at first what is due first and last in each table of time. */
const batches: readonly (readonly [string, BatchInput<number>, number])[] = [
  ['nothing', { late: 5, evict: 5 }, 4],
  ['adding to one group', { rows: [[0, 11]], late: 5, evict: 5 }, 14],
  ['evicting one group', { late: 200, evict: 200 }, 14],
];

const windows: Build<number, unknown> = (s) =>
  s.pipe(
    groupByKey((n) => n),
    window(50),
    count(),
  );
const sliding: Build<number, unknown> = (s) =>
  s.pipe(
    groupByKey((n) => n),
    window(50, { slide: 10 }),
    count(),
  );

/** With 100,000 entries in state once for windows, once for sessions, which have two each. */
const operators: readonly (readonly [string, number, Build<number, unknown>])[] = [
  ['windows', 100_000, windows],
  ['sliding windows', 3000, sliding],
  [
    'keys with event time',
    3000,
    (s) =>
      s.pipe(
        groupByKey((n) => n, { eventTime: (n) => n * 1000 + 10 }),
        count(),
      ),
  ],
  [
    'sessions',
    50_000,
    (s) =>
      s.pipe(
        groupByKey((n) => n),
        sessionWindow(50),
        count(),
      ),
  ],
  [
    'sessions of one key',
    3000,
    (s) =>
      s.pipe(
        groupByKey(() => 'k'),
        sessionWindow(50),
        count(),
      ),
  ],
  [
    'sessions, in order of time',
    3000,
    (s) =>
      s.pipe(
        groupByKey(() => 'k'),
        sessionWindow(50),
        aggregate((rows) => ({ list: rows.collectList((n) => n) })),
      ),
  ],
];

describe('a batch reads what it touches, however much else there is', () => {
  it.each(operators)(
    '%s, 10 and %i groups',
    async (_name, size, build) => {
      const few = await reads(build, 10);
      batches.forEach(([, , most], i) => {
        expect(few[i]).toBeLessThanOrEqual(most);
      });
      expect(await reads(build, size)).toEqual(few);
    },
    120_000,
  );

  it.each([
    ['windows', windows],
    ['sliding windows', sliding],
  ] as const)('%s whose groups lie in pages', async (_name, build) => {
    const few = await reads(build, 10, 100_000);
    expect(Math.max(...few)).toBeLessThanOrEqual(13);
    expect(await reads(build, 3000, 100_000)).toEqual(few);
  });
});
