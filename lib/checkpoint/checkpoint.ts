import { join } from 'node:path';
import { StreamingError } from '../errors.js';
import { closeAll, drive, isPromise, type MaybePromise, quietly, then } from '../maybe.js';
import type {
  PlanEntry,
  PlannedTurn,
  QueryCheckpoint,
  SavepointRequest,
} from '../query/queryCheckpoint.js';
import { beginSavepoint, type SavepointInfo } from '../savepoint/beginSavepoint.js';
import { markerName } from '../savepoint/savepointFile.js';
import type { EpochRecord, StateBackend } from '../state/stateBackend.js';
import type { FileSystem } from './fileSystem.js';
import { type KillPoint, withKillPoints } from './killPoints.js';
import type { QueryMetadata } from './metadata.js';
import { openMetadata, updateMetadata } from './metadataFile.js';
import { OffsetLog } from './offsetLog.js';
import { checkpointError, inPlace } from './placeFault.js';
import { mustBelongTogether } from './position.js';
import { readRestored } from './restored.js';
import { laterRun, takeFence } from './runs.js';
import { sourceFolder } from './sourceFolder.js';
import { TurnsText } from './turnsText.js';

/** How a checkpoint opens the state below it; `state/level/openStateBackend.ts` is the real one. */
export type OpenBackend = (options: {
  readonly directory: string;
  readonly queryId: string;
  readonly create: boolean;
  readonly onCorrupt?: (error: StreamingError<'STATE_CORRUPT'>) => void;
}) => Promise<{ readonly backend: StateBackend; readonly lastEpoch: EpochRecord | undefined }>;

export interface CheckpointOptions {
  readonly location: string;
  readonly fileSystem: FileSystem;
  /** The query as it is now; its `queryId` and `createdMs` count only if the checkpoint is new. */
  readonly query: QueryMetadata;
  readonly openBackend: OpenBackend;
  /** Damage of state found behind the first batches. */
  readonly onCorrupt?: (error: StreamingError<'STATE_CORRUPT'>) => void;
  /** For crash tests: called before and after each step of the protocol; may throw, or kill. */
  readonly killPoint?: KillPoint;
}

/**
 * Opens the checkpoint of a query: takes its lock, reads and verifies position, metadata and state.
 *
 * Layout: `metadata`, `identity`, `offsets/<batchId>`, `planned/<batchId>`, `runs/<fence>`, `state/`, `sources/<id>/`.
 * Errors: `CHECKPOINT_LOCATION`, `CHECKPOINT_LOCKED`, `CHECKPOINT_DAMAGED`, `CHECKPOINT_GAP`, `CHECKPOINT_COPIED`,
 *         `CHECKPOINT_QUERY_ID`, `CHECKPOINT_FORMAT_UNSUPPORTED`, `CHECKPOINT_INCOMPATIBLE`,
 *         `CHECKPOINT_POSITION`, and those of the state.
 * Source: docs/reliability.md, the protocol.
 *
 * @since 0.1.0
 */
export async function openCheckpoint(options: CheckpointOptions): Promise<QueryCheckpoint> {
  const { location, fileSystem, killPoint = () => undefined } = options;
  await prepareLocation(fileSystem, location);
  killPoint('kp1:before');
  const lock = await fileSystem.lock?.(location);
  killPoint('kp1:after');
  let backend: StateBackend | undefined;
  try {
    killPoint('kp2:before');
    const { metadata, isChanged } = await openMetadata(fileSystem, location, options.query);
    const { queryId } = metadata;
    const within = (name: string) => join(location, name);
    const folders = ['offsets', 'planned', 'runs', 'state'].map(within);
    await together(folders.map(async (folder) => fileSystem.makeDirectory(folder)));
    const log = await OffsetLog.open(fileSystem, location, queryId);
    const planned = log.last?.batchId;
    const opened = await options.openBackend({
      directory: within('state'),
      queryId,
      create: planned === undefined || planned === 0,
      ...(options.onCorrupt === undefined ? {} : { onCorrupt: options.onCorrupt }),
    });
    backend = opened.backend;
    const { lastEpoch } = opened;
    const restored = await readRestored(fileSystem, location, queryId);
    mustBelongTogether(location, planned, lastEpoch?.batchId, restored);
    const replays = await log.after(lastEpoch?.batchId ?? -1);
    if (isChanged) await updateMetadata(fileSystem, location, metadata);
    // A kill between link and fsync leaves names that are seen and not durable yet.
    const named = [location, within('offsets'), within('planned')];
    const [fence] = await together([
      takeFence(fileSystem, within('runs'), queryId),
      ...named.map(async (folder) => fileSystem.syncDirectory?.(folder)),
    ] as const);
    await log.clear(fence);
    killPoint('kp2:after');
    return new Checkpoint(
      {
        location,
        fileSystem,
        queryId,
        sinkSince: metadata.sink.sinceBatchId ?? 0,
        fence,
        killPoint,
        unlock: () => lock?.release(),
      },
      log,
      lastEpoch,
      replays,
      backend,
    );
  } catch (error) {
    await drive(quietly(() => backend?.close()));
    await drive(quietly(() => lock?.release()));
    throw checkpointError(location, error);
  }
}

/** Before anything is written into it: the folder can be made, and is no savepoint. */
async function prepareLocation(fileSystem: FileSystem, directory: string): Promise<void> {
  const marker = await inPlace('CHECKPOINT_LOCATION', directory, async () => {
    await fileSystem.makeDirectory(directory);
    return fileSystem.read(join(directory, markerName));
  });
  if (marker === undefined) return;
  throw new StreamingError('CHECKPOINT_LOCATION', {
    directory,
    reason: 'it is a savepoint, which nothing is ever written to',
    fix: `name another folder, and this one in the option 'from' (writeStream), or restore a checkpoint from it with 'millrace restore <checkpoint> --from ${directory}'`,
  });
}

/** As `Promise.all`, but nothing is under way any more when it throws. */
async function together<T extends readonly unknown[]>(all: T) {
  await Promise.allSettled(all);
  return Promise.all(all);
}

interface CheckpointGround {
  readonly location: string;
  readonly fileSystem: FileSystem;
  readonly queryId: string;
  readonly sinkSince: number;
  readonly fence: number;
  readonly killPoint: KillPoint;
  unlock(): MaybePromise<void>;
}

class Checkpoint implements QueryCheckpoint {
  readonly queryId: string;
  readonly sinkSince: number;
  readonly isNew: boolean;
  readonly lastPlanned: PlanEntry | undefined;
  readonly backend: StateBackend;
  private readonly savepoints = new Set<Promise<unknown>>();
  /** Of the epoch under way. */
  private readonly turns = new TurnsText();
  private isClosed = false;

  constructor(
    private readonly ground: CheckpointGround,
    private readonly log: OffsetLog,
    readonly lastEpoch: EpochRecord | undefined,
    readonly replays: readonly PlanEntry[],
    backend: StateBackend,
  ) {
    this.queryId = ground.queryId;
    this.sinkSince = ground.sinkSince;
    this.isNew = log.last === undefined;
    this.lastPlanned = log.last;
    this.backend = withKillPoints(backend, ground.killPoint);
  }

  addTurn(turn: PlannedTurn): void {
    this.turns.add(turn);
  }

  async plan(entry: PlanEntry, before?: MaybePromise<void>): Promise<void> {
    const { fence, killPoint } = this.ground;
    try {
      const after = then(before, () => killPoint('kp4:before'));
      if (isPromise(after)) after.then(undefined, () => undefined); // whoever publishes has this error
      const published = this.log.publish(entry, { fence, after, turns: this.turns.json });
      this.turns.clear(); // `publish` has copied them
      await published;
    } catch (cause) {
      throw (await this.takenOver(entry.batchId, cause)) ?? cause;
    }
    this.ground.killPoint('kp4:after');
  }

  /** Whoever takes over removes what is not finished: what has failed here need not say so. */
  private async takenOver(batchId: number, cause: unknown): Promise<StreamingError | undefined> {
    if (cause instanceof StreamingError) return cause;
    const { location, fileSystem, fence } = this.ground;
    const runs = join(location, 'runs');
    const later = await laterRun(fileSystem, runs, fence);
    if (later === undefined) return undefined;
    const file = join(runs, String(later));
    return new StreamingError('CHECKPOINT_CONCURRENT', { file, batchId }, { cause });
  }

  async purge(batchId: number): Promise<void> {
    this.ground.killPoint('kp11:before');
    await this.log.purge(batchId);
    this.ground.killPoint('kp11:after');
  }

  sourceDirectory(sourceId: string): string {
    return sourceFolder(this.ground.location, sourceId);
  }

  async beginSavepoint(copy: SavepointRequest): Promise<() => Promise<SavepointInfo>> {
    const { location, fileSystem, queryId } = this.ground;
    const pages = this.backend.snapshot?.();
    if (pages === undefined) throw new TypeError('this store cannot be copied while it is open');
    const finish = await beginSavepoint({ ...copy, location, fileSystem, queryId, pages });
    // At once: a close that comes next must wait for it.
    const done = finish();
    this.savepoints.add(done);
    const forget = () => void this.savepoints.delete(done);
    done.then(forget, forget);
    return () => done;
  }

  /** State is as durable as its last commit, however the query ended. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await Promise.allSettled(this.savepoints);
    await drive(closeAll([() => this.backend.close(), () => this.ground.unlock()]));
  }
}
