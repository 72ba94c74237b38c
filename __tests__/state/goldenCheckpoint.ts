import { openCheckpoint } from '../../lib/checkpoint/checkpoint.js';
import { nodeFileSystem } from '../../lib/checkpoint/nodeFileSystem.js';
import type { PlanEntry, QueryCheckpoint } from '../../lib/query/queryCheckpoint.js';
import { Decimal } from '../../lib/schema/decimal.js';
import type { EpochRecord } from '../../lib/state/stateBackend.js';
import { openStateBackend } from '../../state/level/openStateBackend.js';

/*
 * The checkpoint of which golden/v1 is a copy, written when format 1 was released. Never change what
 * stands here: a new format gets a folder of its own.
 */
const goldenQuery = {
  queryId: 'golden-1',
  createdMs: 1_700_000_000_000,
  operators: [
    { id: 'aggregate-0', kind: 'aggregate', signature: { key: 'user' } },
    { id: 'join-0', kind: 'join', signature: null },
  ],
  sources: [{ kind: 'json', description: 'FileStreamSource[in]', signature: { path: 'in' } }],
  sink: { kind: 'file', description: 'FileSink[out]', signature: { path: 'out' } },
};

export const goldenKeys: readonly unknown[] = [
  null,
  false,
  true,
  Number.NEGATIVE_INFINITY,
  -1.5,
  0,
  1,
  Number.NaN,
  -(2n ** 70n),
  0n,
  255n,
  new Decimal(-12345n, 2, 10),
  '',
  'a',
  'a\u0000b\u0001',
  'Zürich 東京 \ud83c\udf00 \ud800',
  new Date(1_700_000_000_123),
  Uint8Array.of(0, 1, 2, 255),
  [],
  ['a', 1, [null]],
  { user: 'u', __proto: 1 },
];

export const goldenValues: readonly unknown[] = [
  null,
  undefined,
  false,
  true,
  0,
  127,
  128,
  -1,
  -(2 ** 31),
  2 ** 31,
  0.1,
  -0,
  Number.NaN,
  '',
  'short',
  'x'.repeat(100),
  'ж'.repeat(40),
  'lone \ud800',
  12345678901234567890n,
  new Date(-1),
  Uint8Array.of(1, 2, 3),
  new Decimal(10n ** 30n, 10, 38),
  { start: new Date(0), end: new Date(60_000) },
  [1, [2, [3]]],
  new Map<unknown, unknown>([
    ['k', { n: 1 }],
    [2, null],
  ]),
  new Set(['a', 1]),
  { n: 1, none: undefined, deep: { n: 2 } },
  Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`f${i}`, i])),
];

export const goldenTimes = [-8.64e15, -1000.5, 0, 999.5, 1_700_000_000_000, 8.64e15];

export function goldenPlan(batchId: number): PlanEntry {
  const ranges = [
    {
      source: '0',
      after: batchId === 0 ? null : { file: 'a', row: 5 },
      upTo: { file: 'b', row: batchId },
    },
  ];
  return {
    batchId,
    previousWatermarkMs: batchId === 0 ? null : 1000,
    turns: [{ timestampMs: 1_700_000_000_000 + batchId, watermarkMs: 2000, ranges }],
    closing: false,
  };
}

export function goldenEpoch(batchId: number): EpochRecord {
  return {
    queryId: goldenQuery.queryId,
    batchId,
    watermarkMs: batchId === 0 ? null : 1000,
    nextWatermarkMs: 2000.5,
    watermarkNodes: { 'withWatermark-0': 2000.5 },
    completed: false,
  };
}

export function openGolden(location: string): Promise<QueryCheckpoint> {
  return openCheckpoint({
    location,
    fileSystem: nodeFileSystem(),
    query: goldenQuery,
    openBackend: openStateBackend,
  });
}

/** Two committed batches and a third that is planned: its run ended there. */
export async function writeGolden(location: string): Promise<void> {
  const checkpoint = await openGolden(location);
  const { backend } = checkpoint;
  const byKey = backend.operator('aggregate-0').keyed('byKey');
  const values = backend.operator('aggregate-0').keyed('values', { counted: false });
  const byTime = backend.operator('join-0').timed('byTime');
  await checkpoint.plan(goldenPlan(0));
  goldenKeys.forEach((key, i) => {
    byKey.insert(key, i);
  });
  goldenValues.forEach((value, i) => {
    values.insert(i, value);
  });
  for (const time of goldenTimes) byTime.insert(time, 'k', { at: time });
  byKey.insert('removed later', 0);
  await backend.commit(goldenEpoch(0));
  backend.begin();
  await checkpoint.plan(goldenPlan(1));
  const removed = byKey.find('removed later');
  if (removed !== undefined) byKey.remove(removed);
  await backend.commit(goldenEpoch(1));
  await checkpoint.plan(goldenPlan(2));
  await checkpoint.close();
}
