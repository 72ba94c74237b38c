import type { MaybePromise } from '../maybe.js';
import type { StructType } from '../schema/types.js';
import type { StateStore } from '../state/stateStore.js';
import type { EventTimeStats } from './eventTimeStats.js';
import type { OutputMode } from './outputMode.js';
import type { QueryShape } from './queryShape.js';

/**
 * An immutable description of one operator. Nothing runs until `stage` is called by an engine.
 *
 * A new operator is a new node: the engine never switches on `kind`.
 */
export interface PlanNode {
  /** 'aggregate', 'join', …: explain() shows it, and a checkpoint remembers it of stateful nodes. */
  readonly kind: string;
  readonly inputs: readonly PlanNode[];
  /** Arguments as a person reads them, for explain(): "10 minutes", "key, window 1 hour". */
  readonly label?: string;
  /** What Spark's rules on operator × output mode ask about a node. Absent: a row-by-row step. */
  readonly traits?: NodeTraits;
  /** Given on stateful nodes: Spark's operator name in progress (`stateStoreSave`, `dedupe`, …). */
  readonly operatorName?: string;
  /** What must not change between two runs on one checkpoint; compared as JSON. */
  readonly signature?: unknown;
  /**
   * Names of the columns by which state is found; absent where a function gives the key. May not change
   * either, but is compared only where both runs have names.
   */
  readonly keyColumns?: readonly string[];
  /**
   * Names of results that are kept by their place: they may change, but none may move. Compared where
   * both runs have them.
   */
  readonly resultNames?: readonly string[];
  /** Bounds that say when state leaves, as text; may not change, compared where both runs have them. */
  readonly bounds?: readonly string[];
  /**
   * Whether groups that the watermark has passed leave the state in this query: one that shows or goes on
   * counting them may not follow on its checkpoint. Absent: the signature says it, or nothing leaves.
   */
  forgets?(query: QueryShape): boolean;
  /** Throws a coded StreamingError before the query starts. */
  validate?(query: QueryShape): void;
  /** The part of it that also holds where the plan is read as a batch. */
  validateBatch?(query: QueryShape): void;
  /**
   * Per-operator propagation (semantics/spark.md 2.5): the watermark that leaves this node, from the
   * ones that enter it (`undefined`: that input carries none). Default: the smallest of those given.
   * `origin` is the global watermark of the simulation, which a watermark node answers with.
   */
  watermarkOut?(inputs: readonly (number | undefined)[], origin: number): number | undefined;
  /** The one input whose event time its rows carry (a join of two streams). Absent: that of each input. */
  readonly timeInput?: number;
  /**
   * Whether a batch without rows is worth running when this node's eviction watermark would rise
   * (semantics/spark.md 2.3). Default false.
   */
  runsWithoutData?(mode: OutputMode): boolean;
  /** The mutable body, one per run. One stage per input; `out` receives what it emits. */
  stage(ctx: StageContext, out: Stage): Stage | readonly Stage[];
}

/** Traits that the shape rules in lib/plan/shapeRules.ts read. */
export interface NodeTraits {
  readonly stateful?: boolean;
  /** A streaming aggregation (also distinct in SQL's sense): complete mode needs one. */
  readonly aggregation?: boolean;
  /** Output after this node may not feed another stateful operator in this mode (chaining rule). */
  readonly breaksChain?: (mode: OutputMode) => boolean;
  /** Counts as stateful for the chaining rule (dedup without event time in the key does not). */
  readonly chained?: boolean;
  /** What it gives depends on the order in which rows come: operators before it keep to one. */
  readonly readsOrder?: boolean;
  /** Reads the row's event time though it is not stateful. Stateful nodes read it if there is a watermark. */
  readonly readsEventTime?: boolean;
  /** Its rows carry an event time of their own, also without a watermark above: results of windows. */
  readonly givesEventTime?: boolean;
  /** One row out for each that comes in, unless it fails: nobody has to count them. */
  readonly mapsEachRow?: boolean;
  /**
   * Its stage hands what a function throws to `failed`, or calls none: nothing has to stand between it and
   * the node above to say in which operator an error came up.
   */
  readonly namesErrors?: boolean;
  /** Its stage counts the rows that it gives out: cheaper than a counter behind it. */
  readonly countsRows?: boolean;
  /**
   * Behind `groupByKey` or a window: `reads` the grouping, or `keeps` it, since the rows that it gives
   * are some of those that it was given, `{ key?, window?, value }`. Absent: it would lose the groups,
   * so the query is refused (`GROUPING_LOST`).
   */
  readonly grouping?: 'reads' | 'keeps';
  /** Columns of the rows that it gives, where they are known; `kept`: those of its inputs. */
  readonly columns?: readonly string[] | 'kept';
  /** Type of the rows of a source, where it is declared. */
  readonly schema?: StructType;
  /** `columns` have the values that they have in the rows that it was given. */
  readonly picksColumns?: boolean;
  /** Names of columns that it was given, to read them of the rows that enter it. */
  readonly readsColumns?: readonly string[];
}

/**
 * The mutable body of an operator; one per run.
 *
 * - `next` and `endBatch` MUST be synchronous; rows and state values MUST NOT be changed once emitted.
 * - `time` is the row's event time in ms since the epoch, NaN if it is null.
 * - `endBatch` is called once per input and batch, after its last row. A stage with several inputs
 *   acts when all of them have ended, then calls `out.endBatch()` once.
 * - A stage reads no clock, opens no file and knows neither source nor sink.
 */
export interface Stage<In = unknown> {
  /** The store is open, no batch has run yet in this run: ask for what is due (`wakeAt`). */
  opened?(): MaybePromise<void>;
  /** Before the batch's rows, with the watermarks of the batch known: load what time makes due. */
  prepare?(): MaybePromise<void>;
  next(row: In, time: number): void;
  endBatch(): void;
  /** Rows given out in this run, of a stage that counts them itself (`traits.countsRows`). */
  readonly rowsOut?: number;
  /** The run is over (stopped or failed) while this stage may still be waiting for something. */
  cancel?(): void;
}

/** What a stage may know. The same object for all batches of a run; its fields change per batch. */
export interface StageContext {
  /** Stable id of the operator: `aggregate-0`. */
  readonly operatorId: string;
  readonly outputMode: OutputMode;
  readonly batchId: number;
  /** Late-events watermark (ms): a row with time <= it is late. −Infinity: no watermark above. */
  readonly lateWatermark: number;
  /** Eviction watermark (ms): state with time <= it leaves. −Infinity: no watermark above. */
  readonly evictionWatermark: number;
  /** Whether a watermark node is above this operator. */
  readonly hasWatermark: boolean;
  /** Processing time of this batch, ms since the epoch; the same when the batch is replayed. */
  readonly batchTimestampMs: number;
  /**
   * An operator behind this one reads order: what this one emits MUST then come in an order that a
   * restart between two batches does not change.
   */
  readonly orderMatters: boolean;
  /** True in the one batch that flushes when every source has completed. */
  readonly closing: boolean;
  /** True in the first batch of a new query, never after a restart: initial state goes in here. */
  readonly firstBatch: boolean;
  /** Watermark nodes put here what they have seen; cleared before each batch. */
  readonly eventTime: EventTimeStats;
  /** This operator's own state. Only for nodes with `traits.stateful`. */
  readonly state: StateStore;
  /**
   * A row that came too late: to the late output, counted. `openWindows`: how many of its windows have
   * taken it all the same; default 0, the row has changed nothing.
   */
  late(row: unknown, time: number, openWindows?: number): void;
  /** A row that the operator cannot take: to the failed output or fails the batch, as configured. */
  failed(row: unknown, time: number, error: unknown): void;
  /** Adds to a custom metric of the operator (`numDroppedDuplicateRows`, …). */
  count(metric: string, by?: number): void;
  /** Asks for a batch at this processing time (ms) at the latest; forgets what was asked before. */
  wakeAt(timeMs: number | undefined): void;
  /**
   * For asynchronous nodes, which call `out.endBatch()` later: a rejection fails the batch.
   */
  pending(done: PromiseLike<void>): void;
  /**
   * What `prepare` waits for of the user's own code: given up when the query is stopped, and after
   * `rxTimeout` (`NO_ANSWER`). `what` says what it is: 'its static rows'.
   */
  asked<T>(answer: MaybePromise<T>, what: string): MaybePromise<T>;
  /** Puts a named row of values into `observedMetrics` of this batch's progress. */
  observe(name: string, values: Readonly<Record<string, unknown>>): void;
}
