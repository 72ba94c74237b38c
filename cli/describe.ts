import { examineCheckpoint } from '../lib/checkpoint/examineCheckpoint.js';
import { nodeFileSystem } from '../lib/checkpoint/nodeFileSystem.js';
import { StreamingError } from '../lib/errors.js';
import { plannedUpTo } from '../lib/query/plannedUpTo.js';
import { openSavepoint } from '../lib/savepoint/savepoint.js';
import type { Json } from '../lib/sources/source.js';
import type { EpochRecord } from '../lib/state/stateBackend.js';
import { readState, type StateReader, type StoredTableInfo } from '../state/level/readState.js';
import { uncheckedBy } from './couldNotCheck.js';
import { isSavepoint } from './withLock.js';

/** What a folder holds, as far as it can be read. */
export interface Description {
  readonly kind: 'checkpoint' | 'savepoint';
  readonly queryId: string | null;
  readonly createdMs: number | null;
  readonly sink: string | null;
  readonly sources: readonly { readonly description: string; readonly upTo: Json }[];
  readonly operators: readonly { readonly id: string; readonly kind: string }[];
  readonly batches: readonly DescribedBatch[];
  readonly planned: number | null;
  readonly lastCommit: EpochRecord | null;
  readonly tables: readonly StoredTableInfo[];
  /** Why state could not be read. */
  readonly stateProblem: string | null;
}

/** A batch whose plan is kept. */
export interface DescribedBatch {
  readonly batchId: number;
  readonly timestampMs: number;
  readonly watermarkMs: number | null;
  readonly committed: boolean;
  readonly ranges: readonly {
    readonly source: string;
    readonly after: Json;
    readonly upTo: Json;
  }[];
}

export async function describe(location: string): Promise<Description> {
  const files = nodeFileSystem();
  const isCopy = await isSavepoint(location);
  if (isCopy) await openSavepoint(files, location);
  const { metadata, plans } = await examineCheckpoint(files, location);
  const state = await readStateIn(location);
  const committed = state.lastCommit?.batchId ?? -1;
  const newest = plans.at(-1);
  return {
    kind: isCopy ? 'savepoint' : 'checkpoint',
    queryId: metadata?.queryId ?? null,
    createdMs: metadata?.createdMs ?? null,
    sink: metadata?.sink.description ?? null,
    sources: (metadata?.sources ?? []).map(({ description }, i) => ({
      description,
      upTo: plannedUpTo(newest, `${i}`) ?? null,
    })),
    operators: (metadata?.operators ?? []).map(({ id, kind }) => ({ id, kind })),
    batches: plans.map(({ batchId, turns }) => ({
      batchId,
      timestampMs: turns[0]?.timestampMs ?? 0,
      watermarkMs: turns.at(-1)?.watermarkMs ?? null,
      committed: batchId <= committed,
      ranges: turns.flatMap(({ ranges }) => ranges),
    })),
    planned: newest?.batchId ?? null,
    ...state,
  };
}

async function readStateIn(
  location: string,
): Promise<Pick<Description, 'lastCommit' | 'tables' | 'stateProblem'>> {
  let reader: StateReader | undefined;
  try {
    reader = await readState(location);
    return { lastCommit: reader.lastEpoch ?? null, tables: reader.tables, stateProblem: null };
  } catch (error) {
    if (!(error instanceof StreamingError) || error.code === 'CHECKPOINT_LOCKED') throw error;
    const { code, message } = uncheckedBy(error) ?? error;
    return { lastCommit: null, tables: [], stateProblem: `${code}: ${message}` };
  } finally {
    await reader?.close();
  }
}

/** `2026-11-21T14:00:00.000Z`, or a dash. */
export function timeText(ms: number | null): string {
  return ms === null || !(Math.abs(ms) <= 8.64e15) ? '–' : new Date(ms).toISOString();
}
