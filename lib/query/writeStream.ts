import { asyncScheduler, type Observable, type SchedulerLike } from 'rxjs';
import type { FileSystem } from '../checkpoint/fileSystem.js';
import { nodeFileSystem } from '../checkpoint/nodeFileSystem.js';
import { StreamingError } from '../errors.js';
import type { MaybePromise } from '../maybe.js';
import { oneOf } from '../options/optionValues.js';
import type { LivePageOptions } from '../page/livePageOptions.js';
import { openSharedPage } from '../page/sharedPage.js';
import { type OutputMode, outputModes } from '../plan/outputMode.js';
import { outputModeOf } from '../plan/outputModeNode.js';
import { nodesAbove, type PlanGraph, planGraph } from '../plan/planGraph.js';
import { checkShape } from '../plan/shapeRules.js';
import { isWatermarkNode } from '../plan/watermarkNode.js';
import { type WatermarkPolicy, watermarkPolicies } from '../plan/watermarkTracker.js';
import { requireOwnFolders } from '../sinks/requireOwnFolders.js';
import type { StreamSink } from '../sinks/sink.js';
import type { ByteStore } from '../state/byteStore.js';
import { DataStream, planOf } from '../stream/dataStream.js';
import { requireStream } from '../stream/requireStream.js';
import { isRxNode } from '../stream/rxNode.js';
import { isSourceNode, type RowPolicy } from '../stream/sourceNode.js';
import { type DurationInput, durationMs } from '../time/duration.js';
import { asap } from '../triggers/asap.js';
import type { Trigger } from '../triggers/trigger.js';
import { checkOptions } from './checkOptions.js';
import { openDurable } from './openDurable.js';
import { queries } from './queries.js';
import type { QuerySetup } from './querySetup.js';
import { refuseOwnOutput } from './refuseOwnOutput.js';
import { type RestartOptions, RestartPolicy } from './restartPolicy.js';
import { rowPolicyAt } from './rowPolicies.js';
import type { FailedRow, LateRow } from './sideRows.js';
import { StreamExecution } from './streamExecution.js';
import { StreamingQuery } from './streamingQuery.js';
import { volatileCheckpoint } from './volatileCheckpoint.js';

/** How a query runs. */
export interface WriteStreamOptions<T> {
  /** Where result rows go. */
  readonly sink: StreamSink<T>;
  /** Default: what `outputMode(…)` in the pipe says, else `append`. */
  readonly outputMode?: OutputMode;
  /** Unique among active queries. */
  readonly queryName?: string;
  /** When batches run; any RxJS scheduler will do. Default `asap()`. */
  readonly trigger?: Trigger | SchedulerLike;
  /** Folder for position and state. Without it nothing survives the process. */
  readonly checkpointLocation?: string;
  /**
   * A savepoint to start from: a new query, with the state and position of that savepoint, in a
   * `checkpointLocation` that is still empty. Leave it out to go on with that checkpoint later.
   */
  readonly from?: string;
  /** How several watermarks make the global one. Default `min`. */
  readonly multipleWatermarkPolicy?: WatermarkPolicy;
  /**
   * Bad records of sources, and rows on which the function of a row-by-row operator throws (`where`,
   * `select`, `withColumns`, `explode`, `withWatermark`, `windowTime`): `fail` the batch (default), `deadLetter` (to
   * `failed$` and `failedSink`), or `drop`; counted in each case. Per operator by its id in `explain()`,
   * `default` for all others: `{ 'select-0': 'deadLetter', default: 'fail' }`.
   *
   * What a function of any other operator throws always fails the batch: a part of the row may be in a
   * group, a pair or a state by then. Compute a key that may throw in a `select` before `groupByKey`.
   */
  readonly failedRows?: RowPolicy | Readonly<Record<string, RowPolicy>>;
  /** Late rows also go here, with the batch. */
  readonly lateSink?: StreamSink<LateRow>;
  /** Rows kept by `failedRows: 'deadLetter'` also go here, with the batch. */
  readonly failedSink?: StreamSink<FailedRow>;
  /**
   * Starts a failed query again from its last commit, after a delay that doubles; without it the first
   * failure ends the query. Needs a `checkpointLocation`.
   */
  readonly restart?: RestartOptions;
  /**
   * How long asynchronous RxJS operators may take after the last row of a batch, and static rows and
   * `initialState` to come. Default 1 minute.
   */
  readonly rxTimeout?: DurationInput;
  /** How long `stop()` waits for a sink or source that hangs; 0 (default): for ever. */
  readonly stopTimeout?: DurationInput;
  /** Decoded state entries kept in memory; changed ones come on top. Default by the heap, at most 200,000. */
  readonly stateCacheEntries?: number;
  /** Show the query on the live page: true, or where the page is to be. Default false. */
  readonly page?: boolean | LivePageOptions;
  /**
   * Opens a store of your own for the state, instead of LevelDB: it gets the folder of the state in the
   * checkpoint. `storeChecks` of `millrace/testing` say whether it keeps the contract.
   */
  readonly stateStore?: (directory: string) => MaybePromise<ByteStore>;
  /** @internal for tests: where files go, where to crash, time limits, and when to give way. */
  readonly internals?: {
    readonly clock?: SchedulerLike;
    readonly workedMs?: () => number;
    readonly fileSystem?: FileSystem;
    readonly killPoint?: (name: string) => void;
    readonly openCheckpoint?: QuerySetup['openCheckpoint'];
  };
}

/**
 * Starts a query over a stream: rows are processed batch by batch, results go to the sink, and with a
 * `checkpointLocation` a query that was killed at any instant goes on where it was, with every row
 * counted once.
 *
 * In:     a stream of `T`, usually `readStream(…).pipe(…)`.
 * Out:    a {@link StreamingQuery}, already started.
 * State:  in memory, or in LevelDB below `checkpointLocation`.
 * Errors: `QUERY_NAME_TAKEN`, `PLAN_LOST`, `OUTPUT_MODE_UNSUPPORTED`, `SOURCE_READS_OUTPUT` and the shape rules throw here;
 *         what goes wrong later rejects `awaitTermination`.
 * Source: semantics/spark.md 1.1, 1.8, 2.2.
 * @example
 * const query = writeStream(readStream(rate({ rowsPerSecond: 5 })), { sink: consoleSink() });
 * await query.awaitTermination('10 seconds');
 * await query.stop();
 * @since 0.1.0
 */
export function writeStream<T>(
  stream: Observable<T>,
  options: WriteStreamOptions<NoInfer<T>>,
): StreamingQuery {
  const { setup, stopTimeoutMs } = setupOf(stream, options);
  queries.requireFree(options.queryName);
  if (options.page) openSharedPage(options.page === true ? {} : options.page);
  const execution = new StreamExecution(setup);
  const query = new StreamingQuery(setup, execution, stopTimeoutMs);
  queries.starting(query, setup.trigger.now());
  execution.start();
  return query;
}

function setupOf<T>(
  stream: Observable<T>,
  options: WriteStreamOptions<T>,
): { setup: QuerySetup; stopTimeoutMs: number } {
  requireStream('writeStream', stream);
  checkOptions(options);
  const durable = options.checkpointLocation !== undefined;
  const newQueryId = globalThis.crypto.randomUUID();
  const label = options.queryName ?? newQueryId;
  if (durable && !(stream instanceof DataStream)) {
    throw new StreamingError('PLAN_LOST', { name: `query ${label}` });
  }
  const graph = planGraph(planOf(stream));
  const outputMode = options.outputMode ?? outputModeOf(graph) ?? 'append';
  oneOf('writeStream', 'outputMode', outputMode, outputModes);
  checkShape(graph, outputMode);
  requireSinkTakes(options.sink, outputMode);
  refuseOwnOutput(graph, options);
  const { sink, lateSink, failedSink } = options;
  requireOwnFolders({ sink, lateSink, failedSink });
  const policy = options.multipleWatermarkPolicy ?? 'min';
  oneOf('writeStream', 'multipleWatermarkPolicy', policy, watermarkPolicies);
  if (options.from !== undefined && !durable) {
    throw new TypeError("from needs a checkpointLocation: where the new query's state is to be");
  }
  const from = firstOnly(options.from);
  const runId = globalThis.crypto.randomUUID();
  const trigger = (options.trigger ?? asap()) as Trigger;
  const fileSystem = options.internals?.fileSystem ?? nodeFileSystem();
  const setup: QuerySetup = {
    graph,
    outputMode,
    sink: options.sink as StreamSink<unknown>,
    lateSink: options.lateSink as StreamSink<unknown> | undefined,
    failedSink: options.failedSink as StreamSink<unknown> | undefined,
    failedRowsAt: rowPolicyAt(options.failedRows, graph),
    queryName: options.queryName,
    label,
    newQueryId,
    runId,
    trigger,
    clock: options.internals?.clock ?? asyncScheduler,
    watermarkPolicy: policy,
    restart: RestartPolicy.of(options.restart, durable),
    rxTimeoutMs: durationMs(options.rxTimeout ?? '1 minute', 'rxTimeout', { min: 'positive' }),
    rxNames: graph.nodes.filter(isRxNode).map((node) => node.label ?? graph.idOf(node)),
    fileSystem,
    durable,
    bounded: false,
    countRows: Boolean(options.page) || queries.countsRows,
    watermarkSources: watermarkSourcesOf(graph),
    openCheckpoint:
      options.internals?.openCheckpoint ??
      (() =>
        options.checkpointLocation === undefined
          ? volatileCheckpoint(newQueryId)
          : openDurable(options.checkpointLocation, setup, {
              cacheEntries: options.stateCacheEntries,
              stateStore: options.stateStore,
              killPoint: options.internals?.killPoint,
              nowMs: trigger.now(),
              from: from(),
              onCorrupt: (error) => setup.onCorrupt(error),
            })),
    workedMs: options.internals?.workedMs,
    killPoint: options.internals?.killPoint ?? (() => undefined),
    onCorrupt: () => undefined, // the execution takes it over
    onStart: () => queries.started(runId),
    onProgress: (progress) => queries.progressed(progress),
    onIdle: (nowMs) => queries.idle(runId, nowMs),
    onRestart: (event) => queries.restarted(runId, event),
    onEnd: () => queries.ended(runId),
  };
  return { setup, stopTimeoutMs: durationMs(options.stopTimeout ?? 0, 'stopTimeout') };
}

/** The savepoint at the first open; a restart within the process goes on with its own checkpoint. */
function firstOnly(from: string | undefined): () => string | undefined {
  let next = from;
  return () => {
    const now = next;
    next = undefined;
    return now;
  };
}

function requireSinkTakes(sink: StreamSink<never>, mode: OutputMode): void {
  if (sink.modes.includes(mode)) return;
  throw new StreamingError('OUTPUT_MODE_UNSUPPORTED', {
    operator: sink.description,
    mode,
    reason: `it takes ${sink.modes.join(' or ')} mode`,
    fix: 'choose one of these as outputMode, or another sink',
  });
}

/** For each watermark node the sources above it: when all have completed, it no longer counts. */
function watermarkSourcesOf(graph: PlanGraph): QuerySetup['watermarkSources'] {
  return graph.nodes
    .filter(isWatermarkNode)
    .map((node) => ({ id: graph.idOf(node), sources: nodesAbove(node).filter(isSourceNode) }));
}
