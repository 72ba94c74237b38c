import {
  closeAll,
  drive,
  isPromise,
  type MaybePromise,
  quietly,
  type Steps,
  wait,
} from '../maybe.js';
import type { Stage } from '../plan/planNode.js';
import { rowSchema } from '../plan/rowSchema.js';
import { timeReaderOf } from '../plan/timeReader.js';
import type { Sink, SinkContext } from '../sinks/sink.js';
import type { Json, Source, SourceContext } from '../sources/source.js';
import { insideDurableSource } from '../stream/nestedStream.js';
import { RxStage } from '../stream/rxStage.js';
import { isSourceNode } from '../stream/sourceNode.js';
import { earliest } from '../time/earliest.js';
import { checkOffset, openedSink, openedSource } from './openPort.js';
import type { OperatorEvents } from './operatorContext.js';
import { inOperator, namedStep } from './operatorError.js';
import { OperatorTimers } from './operatorTimers.js';
import { Pipeline } from './pipeline.js';
import { plannedUpTo } from './plannedUpTo.js';
import type { PlanEntry, PlannedRange, QueryCheckpoint } from './queryCheckpoint.js';
import type { QuerySetup } from './querySetup.js';
import { type ReadRange, SourceRun } from './sourceRun.js';
import { WatermarkClock } from './watermarkClock.js';

/** Where the rows and reports of a compiled plan go. */
export interface PipelineOutput {
  readonly end: Stage;
  readonly events: Omit<OperatorEvents, 'wakeAt'>;
}

/**
 * What a query holds open from a start to the next stop or failure: checkpoint, sources, compiled plan,
 * sinks, and its position. A restart makes a new one.
 */
export class QueryRun {
  readonly sources: readonly SourceRun[];
  readonly watermark: WatermarkClock;
  pipeline!: Pipeline; // from `open` on, as the next two
  checkpoint!: QueryCheckpoint;
  sink!: Sink<unknown>;
  lateSink: Sink<unknown> | undefined;
  failedSink: Sink<unknown> | undefined;
  isOpen = false;
  /** Every source wakes the query when rows have come, and gives all that it has. */
  readonly isLive: boolean;
  nextBatchId = 0;
  /** undefined: no batch of this checkpoint has been committed yet. */
  lastCommitted: number | undefined;
  /** A batch has run on this checkpoint. */
  anyBatch = false;
  /** Planned by the run before, not committed; several after a restore from a savepoint. */
  private replays: readonly PlanEntry[] = [];
  private readonly timers = new OperatorTimers();

  constructor(
    private readonly setup: QuerySetup,
    private readonly now: () => number,
    private readonly wake: () => void,
  ) {
    this.sources = setup.graph.nodes
      .filter(isSourceNode)
      .map((node, i) => new SourceRun(String(i), node));
    this.isLive = this.sources.every(({ node }) => node.source.kind === 'live');
    this.watermark = new WatermarkClock(setup, now);
  }

  /** Observables give rows whether or not somebody waits: subscribed before anything is awaited. */
  openEagerSources(): void {
    for (const run of this.sources) {
      if (run.node.source.kind !== 'live') continue;
      const open = () => run.node.source.open(this.sourceContext(run)) as Source<unknown>;
      run.source = this.setup.durable ? insideDurableSource(this.setup.label, open) : open();
    }
  }

  /** From here on it is known which query this is. */
  *openCheckpoint(): Steps<void> {
    this.checkpoint = yield* wait(this.setup.openCheckpoint());
  }

  /** Opens everything else, in the order in which one needs the other. Gives up once `stopped()`. */
  *open(output: PipelineOutput, stopped: () => boolean): Steps<void> {
    const { setup } = this;
    this.compile(output);
    this.restore();
    for (const run of this.sources) {
      run.source ??= yield* openedSource(run.node.source, this.sourceContext(run));
      if (stopped()) return;
    }
    const ctx = this.sinkContext(); // late and failed rows tell of others: the plan's type is not theirs
    const sinceBatchId = this.checkpoint.sinkSince ?? 0;
    const schema = rowSchema(setup.graph);
    this.sink = yield* openedSink(setup.sink, { ...ctx, sinceBatchId, schema });
    this.lateSink = setup.lateSink && (yield* openedSink(setup.lateSink, ctx));
    this.failedSink = setup.failedSink && (yield* openedSink(setup.failedSink, ctx));
    yield* wait(this.pipeline.open());
    this.isOpen = true;
  }

  /** The next batch, if it was planned before. */
  takeReplay(): PlanEntry | undefined {
    const [next, ...rest] = this.replays;
    this.replays = rest;
    return next;
  }

  /** Sources end with what is there now; to `readBatch` an Observable is what it gives until it completes. */
  *fixEnds(): Steps<void> {
    for (const { open, node } of this.sources) {
      try {
        if (this.setup.bounded) yield* wait(open.whenCompleted?.());
        yield* wait(open.fixEnd());
      } catch (error) {
        throw inOperator(node.source.description, error);
      }
    }
  }

  /** Asks each source for its next range; undefined if none has rows. */
  *nextRanges(
    limit: 'one batch' | 'everything',
    asking: (source: SourceRun) => void,
  ): Steps<PlannedRange[] | undefined> {
    const ranges: PlannedRange[] = [];
    let any = false;
    for (const run of this.sources) {
      asking(run);
      const { description } = run.node.source;
      let latest: Json;
      try {
        const answer = run.next(limit);
        latest = isPromise(answer) ? ((yield answer) as Json) : answer;
        checkOffset(description, latest);
      } catch (error) {
        throw inOperator(description, error);
      }
      run.latest = latest ?? run.position;
      const isNew = run.isNew(latest);
      any ||= isNew;
      ranges.push({ source: run.id, after: run.position, upTo: isNew ? latest : run.position });
    }
    return any ? ranges : undefined;
  }

  emptyRanges(): PlannedRange[] {
    return this.sources.map(({ id, position }) => ({
      source: id,
      after: position,
      upTo: position,
    }));
  }

  /** What the batch that runs has read. */
  get ranges(): readonly ReadRange[] {
    return this.sources.map((source) => source.range);
  }

  get allCompleted(): boolean {
    return this.sources.every((run) => run.open.completed === true);
  }

  /** A batch without rows is due: the watermark moves an operator, or a timer has come. */
  isDue(nextWatermarkMs: number): boolean {
    const { first } = this.timers;
    if (first !== undefined && first <= this.now()) return true;
    return this.anyBatch && this.pipeline.wantsBatch(this.watermark.used, nextWatermarkMs);
  }

  /** When something is due without new rows: a timer, a folder to look at, an idle watermark (ms). */
  nextDue(): number | undefined {
    const polls = this.sources.map(({ source }) =>
      source?.pollIntervalMs === undefined || source.completed
        ? undefined
        : this.now() + source.pollIntervalMs,
    );
    return earliest([this.watermark.nextDue(), this.timers.first, ...polls]);
  }

  /** Gives up the batch that is running: the state is what the last commit says. */
  abort(): void {
    // The query ends with the first error; the store is closed next.
    drive(quietly(() => (this.pipeline as Pipeline | undefined)?.cancel()));
    drive(quietly(() => (this.checkpoint as QueryCheckpoint | undefined)?.backend.abort()));
  }

  /** Closes whatever is open. `error`: why, if the query has failed. */
  *close(error: unknown): Steps<void> {
    this.isOpen = false;
    const { setup, sources } = this;
    const pipeline = this.pipeline as Pipeline | undefined;
    const sink = this.sink as Sink<unknown> | undefined;
    const checkpoint = this.checkpoint as QueryCheckpoint | undefined;
    const closing = (
      port: { readonly description: string } | undefined,
      close: () => MaybePromise<void>,
    ) => namedStep(port?.description ?? '', close);
    yield* closeAll([
      () => pipeline?.cancel(),
      ...sources.map(({ source, node }) => closing(node.source, () => source?.close())),
      closing(setup.sink, () => sink?.close(error)),
      closing(setup.lateSink, () => this.lateSink?.close(error)),
      closing(setup.failedSink, () => this.failedSink?.close(error)),
      () => checkpoint?.close(),
    ]);
  }

  private sourceContext(run: SourceRun): SourceContext {
    const query = this;
    return {
      sourceId: run.id,
      get directory() {
        return (query.checkpoint as QueryCheckpoint | undefined)?.sourceDirectory(run.id);
      },
      get resumeFrom() {
        return run.position;
      },
      fileSystem: this.setup.fileSystem,
      now: this.now,
      wake: this.wake,
    };
  }

  private sinkContext(): SinkContext {
    const { setup } = this;
    return {
      queryId: this.checkpoint.queryId,
      queryName: setup.queryName,
      outputMode: setup.outputMode,
      nextBatchId: this.nextBatchId,
      replayedUpTo: this.replays.at(-1)?.batchId ?? this.nextBatchId,
      durable: setup.durable,
      fileSystem: setup.fileSystem,
      schema: undefined,
      now: this.now,
    };
  }

  private compile({ end, events }: PipelineOutput): void {
    const { graph, outputMode } = this.setup;
    this.pipeline = new Pipeline({
      graph,
      outputMode,
      tracker: this.watermark.tracker,
      countRows: this.setup.countRows ?? false,
      stateOf: (id) => this.checkpoint.backend.operator(id),
      end,
      rxStage: (node, ctx, out) => {
        const reader = timeReaderOf(graph, node);
        const name = node.label ?? ctx.operatorId;
        return new RxStage(node.operator, ctx, out, reader && graph.idOf(reader), name);
      },
      events: {
        ...events,
        wakeAt: (operator, at) => this.timers.set(operator, at),
      },
    });
    for (const run of this.sources) run.entry = this.pipeline.entries.get(run.node) as Stage;
  }

  /** Takes up position and watermarks from the checkpoint. */
  private restore(): void {
    const { lastPlanned, lastEpoch } = this.checkpoint;
    for (const run of this.sources) {
      run.position = plannedUpTo(lastPlanned, run.id) ?? run.position;
    }
    if (lastEpoch) {
      this.watermark.restore(lastEpoch);
      this.nextBatchId = lastEpoch.batchId + 1;
      this.lastCommitted = lastEpoch.batchId;
      this.anyBatch = true;
    }
    const newest = lastPlanned?.batchId === this.nextBatchId ? [lastPlanned] : [];
    this.replays = this.checkpoint.replays ?? newest;
  }
}
