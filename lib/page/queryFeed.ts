import { Subscription } from 'rxjs';
import { isWatermarkNode } from '../plan/watermarkNode.js';
import type { StreamingQueryProgress } from '../query/progress.js';
import type { RestartEvent } from '../query/restartPolicy.js';
import type { LateRow } from '../query/sideRows.js';
import type { StreamingQuery } from '../query/streamingQuery.js';
import { cellText } from '../terminal/cellText.js';
import { cut } from './cell.js';
import { drawPlan } from './drawPlan.js';
import { failureOf } from './failure.js';
import { History } from './history.js';
import { OperatorFigures } from './operatorFigures.js';
import { ResultTable } from './resultTable.js';
import type {
  BatchLine,
  Failure,
  LateLine,
  QueryAbout,
  QueryNews,
  QueryStateText,
} from './wire.js';

const keptBatches = 50;
const keptLateRows = 50;

/** What the page shows of one query: gathers with every batch, tells when it is asked. */
export class QueryFeed {
  readonly runId: string;
  private readonly about: QueryAbout;
  private readonly figures: OperatorFigures;
  private readonly history = new History();
  private readonly table: ResultTable;
  private batches: BatchLine[] = [];
  /** The newest late rows, made into text only when the page asks. */
  private late: { readonly seq: number; readonly at: number; readonly row: LateRow }[] = [];
  private tellBatchesFrom = 0;
  private tellLateFrom = 0;
  private batchCount = 0;
  private lateCount = 0;
  private readonly totals = { rows: 0, out: 0, late: 0, failed: 0 };
  private restarted: RestartEvent | undefined;
  private aboutTold = false;
  private readonly following = new Subscription();

  constructor(
    private readonly query: StreamingQuery,
    options: { readonly rows: number; readonly now: () => number; readonly changed: () => void },
  ) {
    const { setup, execution } = query.internals;
    this.runId = query.runId;
    this.figures = new OperatorFigures(setup);
    this.table = new ResultTable(setup.outputMode, options.rows);
    this.about = {
      id: query.id,
      name: query.name,
      outputMode: setup.outputMode,
      sink: setup.sink.description,
      trigger: setup.trigger.description ?? 'custom trigger',
      durable: setup.durable,
      plan: drawPlan(setup),
      delayMs: setup.graph.nodes.find(isWatermarkNode)?.delayMs ?? null,
    };
    for (const progress of query.recentProgress) {
      this.addBatch(progress, Date.parse(progress.timestamp), droppedRows(progress));
    }
    execution.outputs.keepsRows = true;
    const late = execution.outputs.late$.subscribe({
      next: (row) => this.addLate(row, options.now()),
      error: ignore,
    });
    const committed = execution.outputs.committed$.subscribe({
      next: () => {
        const progress = execution.lastProgress;
        if (progress) this.committed(progress, options.now());
        options.changed();
      },
      error: options.changed,
      complete: options.changed,
    });
    this.following.add(late);
    this.following.add(committed);
  }

  /** Follows the query no longer; it goes on. */
  close(): void {
    this.following.unsubscribe();
  }

  get hasEnded(): boolean {
    return !this.query.isActive;
  }

  /** The query has failed and will start again by its restart policy. */
  restarting(event: RestartEvent): void {
    this.restarted = event;
  }

  /** What has changed since the last call. `more`: call again, though nothing new has come. */
  news(now: number): { readonly news: QueryNews; readonly more: boolean } {
    const { nodes, moving } = this.figures.now(now, this.query.lastProgress);
    const news: QueryNews = {
      ...(this.aboutTold ? {} : { about: this.about }),
      ...this.state(nodes),
      batches: this.batches.slice(
        Math.max(0, this.batches.length - (this.batchCount - this.tellBatchesFrom)),
      ),
      points: this.history.news(),
      late: this.lateLines(this.tellLateFrom),
      table: this.table.change(),
    };
    this.aboutTold = true;
    this.tellBatchesFrom = this.batchCount;
    this.tellLateFrom = this.lateCount;
    return { news, more: moving || this.table.hasMore };
  }

  /** All there is, for a page that has just come. */
  snapshot(now: number): QueryNews {
    const { nodes } = this.figures.now(now, this.query.lastProgress);
    return {
      about: { ...this.about, id: this.query.id },
      ...this.state(nodes),
      batches: this.batches,
      points: this.history.all(),
      late: this.lateLines(0),
      table: this.table.snapshot(),
    };
  }

  private state(nodes: QueryNews['nodes']) {
    const { query } = this;
    return {
      runId: this.runId,
      state: stateOf(query),
      message: query.status.message,
      progress: query.lastProgress,
      totals: { ...this.totals, batches: this.batchCount },
      nodes,
      failure: this.failure(),
    };
  }

  private failure(): Failure | null {
    const { durable } = this.about;
    const { exception } = this.query;
    if (exception) return failureOf(exception, { durable, restarting: false });
    return this.restarted
      ? failureOf(this.restarted.exception, { durable, restarting: true })
      : null;
  }

  private committed(progress: StreamingQueryProgress, now: number): void {
    const { execution } = this.query.internals;
    const { pipeline } = execution;
    this.figures.add(progress, pipeline);
    this.addBatch(progress, now, this.figures.lateRowsOf(pipeline));
    this.table.take(execution.outputs.committedRows);
  }

  private addBatch(progress: StreamingQueryProgress, now: number, late: number): void {
    const { totals } = this;
    this.batchCount += 1;
    totals.rows += progress.numInputRows;
    totals.out += progress.sink.numOutputRows;
    totals.late += late;
    totals.failed += progress.numFailedRows;
    this.history.add(now, progress, late);
    this.batches.push(lineOf(progress, late));
    if (this.batches.length > keptBatches) this.batches.shift();
  }

  /** A batch may have thousands of them. */
  private addLate(row: LateRow, at: number): void {
    this.late.push({ seq: this.lateCount++, at, row });
    if (this.late.length > keptLateRows) this.late.shift();
  }

  private lateLines(from: number): LateLine[] {
    return this.late
      .filter(({ seq }) => seq >= from)
      .map(({ seq, at, row }) => ({
        seq,
        at,
        time: row.eventTimeMs,
        watermark: row.watermarkMs,
        operator: row.operator,
        batchId: row.batchId,
        row: cut(cellText(row.row)),
      }));
  }
}

function ignore(): void {}

function stateOf(query: StreamingQuery): QueryStateText {
  if (query.exception) return 'failed';
  if (!query.isActive) return query.internals.execution.wasStopped ? 'stopped' : 'ended';
  if (query.isPaused) return 'paused';
  return query.lastProgress === null && query.status.message.startsWith('Initializing')
    ? 'starting'
    : 'running';
}

/** Late rows as progress has them: of operators with state. */
function droppedRows(progress: StreamingQueryProgress): number {
  return progress.stateOperators.reduce((sum, each) => sum + each.numRowsDroppedByWatermark, 0);
}

function lineOf(progress: StreamingQueryProgress, late: number): BatchLine {
  return {
    batchId: progress.batchId,
    timestamp: progress.timestamp,
    rows: progress.numInputRows,
    out: progress.sink.numOutputRows,
    ms: progress.batchDuration,
    phases: progress.durationMs,
    watermark: progress.eventTime.watermark ?? null,
    eventMax: progress.eventTime.max ?? null,
    late,
    failed: progress.numFailedRows,
  };
}
