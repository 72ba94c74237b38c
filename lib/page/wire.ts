import type { StreamingQueryProgress } from '../query/progress.js';

/** What the server tells the page, as JSON in server-sent events. Times are ms since the epoch. */

/** A value of a result row: plain JSON, a date, a window, or text of anything else. */
export type Cell =
  | string
  | number
  | boolean
  | null
  | { readonly d: number }
  | { readonly w: readonly [startMs: number, endMs: number] }
  | { readonly x: string };

/** An operator as a box; `layer` counts from the sources, `lane` across. */
export interface DrawnNode {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly detail: string;
  readonly stateful: boolean;
  readonly layer: number;
  readonly lane: number;
}

export interface DrawnPlan {
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly (readonly [from: string, to: string])[];
  readonly layers: number;
  readonly lanes: number;
}

/** What does not change while a query runs. */
export interface QueryAbout {
  readonly id: string;
  readonly name: string | null;
  readonly outputMode: string;
  readonly sink: string;
  readonly trigger: string;
  readonly durable: boolean;
  readonly plan: DrawnPlan;
  /** Delay of the first withWatermark, ms; null without one. */
  readonly delayMs: number | null;
}

/** Figures of one operator since the page watches. `rate` and `rows`: null where nobody counts. */
export interface NodeFigures {
  readonly rows: number | null;
  readonly rate: number | null;
  readonly late: number;
  readonly failed: number;
  readonly stateRows: number | null;
  readonly stateBytes: number | null;
}

/** One batch as a line of the table of recent batches. */
export interface BatchLine {
  readonly batchId: number;
  readonly timestamp: string;
  readonly rows: number;
  readonly out: number;
  readonly ms: number;
  readonly phases: Readonly<Record<string, number>>;
  readonly watermark: string | null;
  readonly eventMax: string | null;
  readonly late: number;
  readonly failed: number;
}

/** A quarter of a second of a query; `t` is its beginning, sums over its batches. */
export interface Point {
  readonly t: number;
  batches: number;
  rows: number;
  out: number;
  busyMs: number;
  maxMs: number;
  phases: [planning: number, log: number, computing: number, sink: number, commit: number];
  eventMin: number | null;
  eventMax: number | null;
  watermark: number | null;
  late: number;
  stateRows: number;
  stateBytes: number;
}

/** A row that came too late. */
export interface LateLine {
  readonly seq: number;
  readonly at: number;
  readonly time: number;
  readonly watermark: number;
  readonly operator: string;
  readonly batchId: number;
  readonly row: string;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly cause: { readonly code: string | null; readonly message: string } | null;
  readonly operator: string | null;
  /** What to do, beside what the message says. */
  readonly fix: string;
  /** The query goes on by its restart policy. */
  readonly restarting: boolean;
}

/** Changes of the result table: rows by id, newest last. */
export interface TableChange {
  readonly columns: readonly string[];
  /** Forget what was there. */
  readonly full: boolean;
  readonly rows: readonly (readonly [id: number, ...cells: Cell[]])[];
  readonly removed: readonly number[];
  /** Rows of the whole result that this table is the newest part of; null if nobody knows. */
  readonly total: number | null;
}

export type QueryStateText = 'starting' | 'running' | 'paused' | 'stopped' | 'ended' | 'failed';

/** News of one query; `about` only where the page does not know it yet. */
export interface QueryNews {
  readonly runId: string;
  readonly about?: QueryAbout;
  readonly state: QueryStateText;
  readonly message: string;
  readonly progress: StreamingQueryProgress | null;
  readonly totals: {
    readonly batches: number;
    readonly rows: number;
    readonly out: number;
    readonly late: number;
    readonly failed: number;
  };
  readonly nodes: Readonly<Record<string, NodeFigures>>;
  readonly batches: readonly BatchLine[];
  readonly points: readonly Point[];
  readonly late: readonly LateLine[];
  readonly failure: Failure | null;
  readonly table: TableChange | null;
}

/** `snapshot`: all there is. `news`: what has changed since the message before. */
export interface PageMessage {
  readonly now: number;
  readonly queries: readonly QueryNews[];
  /** Runs that the server has forgotten. */
  readonly gone: readonly string[];
}
