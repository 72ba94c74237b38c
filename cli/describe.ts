import { examineCheckpoint } from '../lib/checkpoint/examineCheckpoint.js';
import { nodeFileSystem } from '../lib/checkpoint/nodeFileSystem.js';
import { StreamingError } from '../lib/errors.js';
import { plannedUpTo } from '../lib/query/plannedUpTo.js';
import { openSavepoint } from '../lib/savepoint/savepoint.js';
import type { Json } from '../lib/sources/source.js';
import type { EpochRecord } from '../lib/state/stateBackend.js';
import { farthestMs } from '../lib/time/civil.js';
import { readState, type StateReader, type StoredTableInfo } from '../state/level/readState.js';
import { uncheckedBy } from './couldNotCheck.js';
import { isSavepoint } from './withLock.js';

/** What a folder holds, as far as it can be read. */
export interface Description {
  readonly kind: 'checkpoint' | 'savepoint';
  readonly queryId: string | null;
  readonly createdMs: number | null;
  readonly sink: string | null;
  /** `upTo` is null where nothing was planned, or `position` says that the newest plan cannot be read. */
  readonly sources: readonly { readonly description: string; readonly upTo: Json }[];
  readonly position: 'read' | 'unreadable';
  readonly operators: readonly { readonly id: string; readonly kind: string }[];
  readonly batches: readonly DescribedBatch[];
  readonly planned: number | null;
  readonly lastCommit: EpochRecord | null;
  readonly tables: readonly StoredTableInfo[];
  /** Files of which this is told that cannot be read. */
  readonly damaged: readonly { readonly file: string; readonly problem: string }[];
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
  const { metadata, plans, planned, files: read } = await examineCheckpoint(files, location);
  const state = await readStateIn(location);
  const committed = state.lastCommit?.batchId ?? -1;
  const newest = plans.at(-1)?.batchId === planned ? plans.at(-1) : undefined;
  return {
    kind: isCopy ? 'savepoint' : 'checkpoint',
    queryId: metadata?.queryId ?? null,
    createdMs: metadata?.createdMs ?? null,
    sink: metadata?.sink.description ?? null,
    sources: (metadata?.sources ?? []).map(({ description }, i) => ({
      description,
      upTo: plannedUpTo(newest, `${i}`) ?? null,
    })),
    position: planned === newest?.batchId ? 'read' : 'unreadable',
    operators: (metadata?.operators ?? []).map(({ id, kind }) => ({ id, kind })),
    batches: plans.map(({ batchId, turns }) => ({
      batchId,
      timestampMs: turns[0]?.timestampMs ?? 0,
      watermarkMs: turns.at(-1)?.watermarkMs ?? null,
      committed: batchId <= committed,
      ranges: turns.flatMap(({ ranges }) => ranges),
    })),
    planned: planned ?? null,
    damaged: read.flatMap(({ file, problem }) =>
      problem !== undefined && isTold.test(file) ? [{ file, problem: textOf(problem) }] : [],
    ),
    ...state,
  };
}

/** The files that say what a description says; the others are for `verify`. */
const isTold = /^(metadata$|offsets|planned\/)/;

function textOf({ code, message }: StreamingError): string {
  return `${code}: ${message}`;
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
    return { lastCommit: null, tables: [], stateProblem: textOf(uncheckedBy(error) ?? error) };
  } finally {
    await reader?.close();
  }
}

/** `2026-11-21T14:00:00.000Z`, or a dash. */
export function timeText(ms: number | null): string {
  return ms === null || !(Math.abs(ms) <= farthestMs) ? '–' : new Date(ms).toISOString();
}

/** Something that a description should tell cannot be read. */
export function isDamaged({ damaged, stateProblem }: Description): boolean {
  return damaged.length > 0 || stateProblem !== null;
}
