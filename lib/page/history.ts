import type { StreamingQueryProgress } from '../query/progress.js';
import type { Point } from './wire.js';

const bucketMs = 250;
/** Five minutes of a query that never rests. */
const keptPoints = 1200;

/** Figures of batches over time, in buckets of a quarter of a second, the last 1,200 of them. */
export class History {
  private points: Point[] = [];
  /** Points before this one have been told and do not change any more. */
  private told = 0;

  add(now: number, progress: StreamingQueryProgress, late: number): void {
    const t = Math.floor(now / bucketMs) * bucketMs;
    let point = this.points.at(-1);
    if (!point || point.t !== t) {
      point = emptyPoint(t);
      this.points.push(point);
      if (this.points.length > keptPoints) {
        this.points.shift();
        this.told = Math.max(0, this.told - 1);
      }
    }
    addBatch(point, progress, late);
  }

  /** Points that are new or have changed since the last call. */
  news(): readonly Point[] {
    const news = this.points.slice(this.told);
    this.told = Math.max(0, this.points.length - 1);
    return news;
  }

  all(): readonly Point[] {
    return this.points;
  }
}

function emptyPoint(t: number): Point {
  return {
    t,
    batches: 0,
    rows: 0,
    out: 0,
    busyMs: 0,
    maxMs: 0,
    phases: [0, 0, 0, 0, 0],
    eventMin: null,
    eventMax: null,
    watermark: null,
    late: 0,
    stateRows: 0,
    stateBytes: 0,
  };
}

function addBatch(point: Point, progress: StreamingQueryProgress, late: number): void {
  const { durationMs, eventTime } = progress;
  point.batches += 1;
  point.rows += progress.numInputRows;
  point.out += progress.sink.numOutputRows;
  point.busyMs += progress.batchDuration;
  point.maxMs = Math.max(point.maxMs, progress.batchDuration);
  point.phases[0] += durationMs.latestOffset ?? 0;
  point.phases[1] += durationMs.walCommit ?? 0;
  point.phases[2] += durationMs.getBatch ?? 0;
  point.phases[3] += durationMs.addBatch ?? 0;
  point.phases[4] += durationMs.commitOffsets ?? 0;
  point.eventMin = smaller(point.eventMin, timeOf(eventTime.min));
  point.eventMax = larger(point.eventMax, timeOf(eventTime.max));
  point.watermark = larger(point.watermark, timeOf(eventTime.watermark));
  point.late += late;
  point.stateRows = sum(progress, 'numRowsTotal');
  point.stateBytes = sum(progress, 'memoryUsedBytes');
}

function sum(progress: StreamingQueryProgress, field: 'numRowsTotal' | 'memoryUsedBytes'): number {
  let total = 0;
  for (const operator of progress.stateOperators) total += operator[field];
  return total;
}

/** ms of an ISO time; null where there is none. */
function timeOf(text: string | undefined): number | null {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

function larger(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}

function smaller(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}
