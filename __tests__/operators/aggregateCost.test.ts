import { aggregate } from '../../operators/aggregate.js';
import { count } from '../../operators/count.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { sessionWindow } from '../../operators/sessionWindow.js';
import { window } from '../../operators/window.js';
import type { BatchInput, Build } from './operatorHarness.js';
import { StoredHarness } from './storedHarness.js';

/** Entries that a batch reads over state of `size` groups that it has nothing to do with. */
async function reads(
  build: Build<number, unknown>,
  size: number,
  batch: BatchInput<number>,
): Promise<number> {
  const harness = await StoredHarness.open(build, { delayMs: 0 });
  const rows = Array.from({ length: size }, (_, i) => [i + 1, 1000 + i * 100] as const);
  await harness.batch({ rows: [[0, 10], ...rows] });
  await harness.restart();
  await harness.batch(batch);
  return harness.run.entriesRead;
}

const operators: readonly (readonly [string, Build<number, unknown>])[] = [
  [
    'windows',
    (s) =>
      s.pipe(
        groupByKey((n) => n),
        window(50),
        count(),
      ),
  ],
  [
    'sliding windows',
    (s) =>
      s.pipe(
        groupByKey((n) => n),
        window(50, { slide: 10 }),
        count(),
      ),
  ],
  [
    'keys with event time',
    (s) =>
      s.pipe(
        groupByKey((n) => n, { eventTime: (n) => n * 1000 + 10 }),
        count(),
      ),
  ],
  [
    'sessions',
    (s) =>
      s.pipe(
        groupByKey((n) => n),
        sessionWindow(50),
        count(),
      ),
  ],
  [
    'sessions of one key',
    (s) =>
      s.pipe(
        groupByKey(() => 'k'),
        sessionWindow(50),
        count(),
      ),
  ],
  [
    'sessions, in order of time',
    (s) =>
      s.pipe(
        groupByKey(() => 'k'),
        sessionWindow(50),
        aggregate((rows) => ({ list: rows.collectList((n) => n) })),
      ),
  ],
];

describe.each(operators)('%s: a batch reads what it touches', (_name, build) => {
  it.each<[string, BatchInput<number>, number]>([
    ['evicting one group', { late: 200, evict: 200 }, 12],
    ['adding to one group', { rows: [[0, 11]], late: 0, evict: 0 }, 12],
    ['nothing', { late: 5, evict: 5 }, 2],
  ])('%s', async (_what, batch, most) => {
    const few = await reads(build, 10, batch);
    const many = await reads(build, 3000, batch);
    expect(many).toBe(few);
    expect(many).toBeLessThanOrEqual(most);
  });
});
