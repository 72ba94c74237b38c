import type { StateBackend } from '../state/stateBackend.js';
import { observedMetrics } from './observedMetrics.js';
import { metricsOf } from './openPort.js';
import type { Pipeline } from './pipeline.js';
import { rate, type StateOperatorProgress, type StreamingQueryProgress } from './progress.js';
import type { PlannedRange } from './queryCheckpoint.js';
import type { QuerySetup } from './querySetup.js';
import type { FailedRow, LateRow } from './sideRows.js';
import type { SourceRun } from './sourceRun.js';
import { timestampText } from './timestampText.js';

const keptProgress = 100;
/** Side rows kept for `late$` and `failed$` per batch when no sink takes them. */
const keptSideRows = 10_000;

interface BatchFacts {
  readonly watermarkMs: number | undefined;
  readonly backend: StateBackend;
}

/** Makes the progress of a batch when its commit has answered. `committedAt`: then (ms, monotonic). */
export type FinishProgress = (
  committedAt: number,
  sinkMetrics: Readonly<Record<string, string>>,
) => StreamingQueryProgress;

/** Gathers the figures and the side rows of a batch while it runs. */
export class BatchReport {
  batchId = 0;
  /** A batch is under way: an error now is an error of that batch. */
  running = false;
  /** What is being worked at, for errors. */
  phase = 'the query';
  recent: StreamingQueryProgress[] = [];
  lateRows: LateRow[] = [];
  failedRows: FailedRow[] = [];
  private failedCount = 0;
  private lostRows = 0;
  private durations: Durations = {};
  private observed: Record<string, Readonly<Record<string, unknown>>> = observedMetrics();
  private triggerAt = 0;
  private lastTriggerAt: number | undefined;
  private started = 0;

  constructor(private readonly setup: QuerySetup) {}

  /** ms, monotonic. */
  now(): number {
    return performance.now();
  }

  triggered(nowMs: number): void {
    if (!this.running) {
      this.triggerAt = nowMs;
      this.started = this.now();
      this.durations = {};
    }
  }

  begin(batchId: number): void {
    this.batchId = batchId;
    this.running = true;
    this.lateRows = [];
    this.failedRows = [];
    this.failedCount = 0;
    this.lostRows = 0;
    this.observed = observedMetrics();
  }

  took(phase: Phase, since: number): void {
    this.add(this.durations, phase, since);
  }

  /** As `took` for the batch that runs now, also when another runs. */
  timer(): (phase: Phase, since: number) => void {
    const { durations } = this;
    return (phase, since) => this.add(durations, phase, since);
  }

  private add(durations: Durations, phase: Phase, since: number): void {
    durations[phase] = (durations[phase] ?? 0) + Math.max(0, this.now() - since);
  }

  late(row: LateRow): void {
    if (this.setup.lateSink || this.lateRows.length < keptSideRows) this.lateRows.push(row);
  }

  failed(row: FailedRow, keep: boolean): void {
    this.failedCount += 1;
    if (keep) this.failedRows.push(row);
  }

  lost(range: PlannedRange): void {
    const { after, upTo } = range;
    const from = typeof after === 'number' ? after : 0;
    this.lostRows += typeof upTo === 'number' ? upTo - from : 1;
  }

  observe(name: string, values: Readonly<Record<string, unknown>>): void {
    this.observed[name] = values;
  }

  /** The batch has run: its figures are taken, and the next may begin before its commit has answered. */
  end(
    queryId: string,
    pipeline: Pipeline,
    sources: readonly SourceRun[],
    numOutputRows: number,
    facts: BatchFacts,
  ): FinishProgress {
    const { durations, started } = this;
    const since =
      this.lastTriggerAt === undefined ? Number.NaN : this.triggerAt - this.lastTriggerAt;
    const { id, runId, name, timestamp, batchId, numInputRows, ...rest } = this.figures(
      queryId,
      pipeline,
      sources,
      facts,
    );
    const { description } = this.setup.sink;
    const committing = this.now();
    this.running = false;
    this.lastTriggerAt = this.triggerAt;
    return (committedAt, metrics) => {
      const encoded = durations.commitOffsets ?? 0;
      durations.commitOffsets = encoded + Math.max(0, committedAt - committing);
      const durationMs = Math.max(0, committedAt - started);
      durations.triggerExecution = durationMs;
      const rates = (rows: number) => ({
        ...optional('inputRowsPerSecond', rate(rows, since)),
        ...optional('processedRowsPerSecond', rate(rows, Math.max(1, durationMs))),
      });
      const progress: StreamingQueryProgress = {
        id,
        runId,
        name,
        timestamp,
        batchId,
        batchDuration: Math.round(durationMs),
        numInputRows,
        ...rates(numInputRows),
        durationMs: roundedDurations(durations),
        ...rest,
        sources: rest.sources.map((source) => ({ ...source, ...rates(source.numInputRows) })),
        sink: { description, numOutputRows, metrics },
      };
      this.recent.push(progress);
      if (this.recent.length > keptProgress) this.recent.shift();
      return progress;
    };
  }

  /** All that is known when the batch has run. */
  private figures(
    queryId: string,
    pipeline: Pipeline,
    sources: readonly SourceRun[],
    facts: BatchFacts,
  ) {
    const { setup } = this;
    return {
      id: queryId,
      runId: setup.runId,
      name: setup.queryName ?? null,
      timestamp: timestampText(this.triggerAt),
      batchId: this.batchId,
      numInputRows: sources.reduce((sum, run) => sum + run.numInputRows, 0),
      eventTime: eventTimeOf(pipeline, facts.watermarkMs),
      stateOperators: stateOperatorsOf(pipeline, facts.backend),
      sources: sources.map((run) => ({
        description: run.node.source.description,
        startOffset: run.startOffset,
        endOffset: run.endOffset,
        latestOffset: run.latest,
        numInputRows: run.numInputRows,
        metrics: {
          ...metricsOf(run.node.source.description, run.open),
          ...(run.droppedRecords > 0 ? { droppedRecords: String(run.droppedRecords) } : {}),
        },
      })),
      sink: undefined,
      observedMetrics: this.observed,
      numFailedRows: this.failedCount,
      ...(setup.restart.restarts > 0 ? { restarts: setup.restart.restarts } : {}),
      ...(this.lostRows > 0 ? { lostRows: this.lostRows } : {}),
    };
  }
}

function stateOperatorsOf(pipeline: Pipeline, backend: StateBackend): StateOperatorProgress[] {
  const all: StateOperatorProgress[] = [];
  for (const [node, ctx] of pipeline.statefulDownstreamFirst) {
    const metrics = backend.operator(ctx.operatorId).metrics;
    const { numRowsTotal, numRowsUpdated, numRowsRemoved, ...counted } = Object.fromEntries(
      ctx.counters,
    );
    all.push({
      operatorName: node.operatorName ?? node.kind,
      operatorId: ctx.operatorId,
      // An operator whose entries are not its rows (a join's buckets) counts the rows itself.
      numRowsTotal: metrics.numRowsTotal + (numRowsTotal ?? 0),
      numRowsUpdated: metrics.numRowsUpdated + (numRowsUpdated ?? 0),
      numRowsRemoved: metrics.numRowsRemoved + (numRowsRemoved ?? 0),
      numRowsDroppedByWatermark: ctx.lateRows,
      memoryUsedBytes: metrics.memoryUsedBytes,
      customMetrics: {
        ...counted,
        numEntriesRead: metrics.numEntriesRead,
        ...(ctx.failedRows > 0 ? { numFailedRows: ctx.failedRows } : {}),
      },
    });
  }
  return all;
}

/** Of several watermarks the first that has seen rows in this batch, left before right, as in Spark. */
function eventTimeOf(pipeline: Pipeline, watermarkMs: number | undefined): Record<string, string> {
  if (watermarkMs === undefined) return {};
  const watermark = timestampText(watermarkMs);
  const seen = pipeline.watermarkTimes.find((stats) => stats.count > 0);
  if (seen === undefined) return { watermark };
  const { count, sum, max, min } = seen;
  const largest = Number.isFinite(max) ? max : 0; // all were null
  return {
    avg: timestampText(sum / count),
    max: timestampText(largest),
    min: timestampText(min),
    watermark,
  };
}

/** In the order of their names, those that there were. */
const phases = [
  'addBatch',
  'commitOffsets',
  'getBatch',
  'latestOffset',
  'triggerExecution',
  'walCommit',
] as const;
type Phase = (typeof phases)[number];
type Durations = Partial<Record<Phase, number>>;

function roundedDurations(durations: Durations): Record<string, number> {
  const rounded: Record<string, number> = {};
  for (const phase of phases) {
    const ms = durations[phase];
    if (ms !== undefined) rounded[phase] = Math.round(ms);
  }
  return rounded;
}

function optional(name: string, value: number | undefined): Record<string, number> {
  return value === undefined ? {} : { [name]: value };
}
