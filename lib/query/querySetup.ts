import type { SchedulerLike } from 'rxjs';
import type { FileSystem } from '../checkpoint/fileSystem.js';
import type { StreamingError } from '../errors.js';
import type { MaybePromise } from '../maybe.js';
import type { OutputMode } from '../plan/outputMode.js';
import type { PlanGraph } from '../plan/planGraph.js';
import type { WatermarkPolicy } from '../plan/watermarkTracker.js';
import type { StreamSink } from '../sinks/sink.js';
import type { RowPolicy, SourceNode } from '../stream/sourceNode.js';
import type { Trigger } from '../triggers/trigger.js';
import type { StreamingQueryProgress } from './progress.js';
import type { QueryCheckpoint } from './queryCheckpoint.js';
import type { RestartEvent, RestartPolicy } from './restartPolicy.js';

/** A query as `writeStream` has checked and resolved it. */
export interface QuerySetup {
  readonly graph: PlanGraph;
  readonly outputMode: OutputMode;
  readonly sink: StreamSink<unknown>;
  readonly lateSink: StreamSink<unknown> | undefined;
  readonly failedSink: StreamSink<unknown> | undefined;
  /** What happens to rows that an operator cannot take. */
  failedRowsAt(operatorId: string): RowPolicy;
  readonly queryName: string | undefined;
  /** Name, or id, for errors. */
  readonly label: string;
  readonly newQueryId: string;
  readonly runId: string;
  readonly trigger: Trigger;
  /** Where time limits wait. */
  readonly clock: SchedulerLike;
  readonly watermarkPolicy: WatermarkPolicy;
  readonly restart: RestartPolicy;
  readonly rxTimeoutMs: number;
  readonly rxNames: readonly string[];
  readonly fileSystem: FileSystem;
  readonly durable: boolean;
  /** `readBatch`: everything in one batch, nothing is late. */
  readonly bounded: boolean;
  /** Count the rows between operators, for the live page. */
  readonly countRows?: boolean;
  /** Watermark nodes and the sources whose rows pass them. */
  readonly watermarkSources: readonly {
    readonly id: string;
    readonly sources: readonly SourceNode[];
  }[];
  /** For simulations: how long batches have worked (ms). */
  readonly workedMs?: (() => number) | undefined;
  /** For crash tests: called at each step of the protocol; may throw, or kill. */
  killPoint(name: string): void;
  /** Damage of state found behind the running batches: the execution fails with it. */
  onCorrupt: (error: StreamingError) => void;
  openCheckpoint(): MaybePromise<QueryCheckpoint>;
  /** The id of the query is known: the checkpoint has been read. Again at each restart. */
  onStart(): void;
  onProgress(progress: StreamingQueryProgress): void;
  /** A trigger has found nothing to do, for the first time since the start or the last progress. */
  onIdle(nowMs: number): void;
  onRestart(event: RestartEvent): void;
  onEnd(): void;
}
