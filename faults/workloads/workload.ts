import type { Observable } from 'rxjs';
import type { OutputMode } from '../../index.js';

/** A numbered row. `at` is its event time in ms. */
export interface Event {
  readonly id: number;
  readonly key: string;
  readonly at: number;
  readonly v: number;
}

/** What a turn of a batch knows of time: ms, as `semantics/spark.md` 2.4 defines the two watermarks. */
export interface Turn {
  /** At or before it a row is late. */
  readonly late: number;
  /** At or before it state is evicted. */
  readonly evict: number;
  /** The last batch, because all sources have ended. */
  readonly closing: boolean;
  readonly timestampMs: number;
}

/** The same query as a plain loop over plain collections: nothing of the engine is in it. */
export interface Model {
  /** `rows`: those of each source. Answers the rows that the sink must get in this turn. */
  batch(rows: readonly (readonly Event[])[], turn: Turn): readonly object[];
  /** Whether a turn with this eviction watermark, at this time, would give rows without new ones. */
  isDue(evict: number, nowMs: number): boolean;
}

/** What an asynchronous operator asks about a row: gives the row back, later. */
export type Ask = (row: Event) => Promise<Event>;

/** A query, and what it must answer. */
export interface Workload {
  readonly name: string;
  readonly sources: number;
  /** It has asynchronous operators. */
  readonly asks?: boolean;
  /** Delay of the watermark of each source; empty: the query has none. */
  readonly delaysMs: readonly number[];
  readonly policy: 'min' | 'max';
  readonly mode: OutputMode;
  /** Rows that a filter in front of everything lets through. */
  keep(row: Event): boolean;
  /** `askOf`: for each asynchronous operator; default: answers in the same turn. */
  build(inputs: readonly Observable<Event>[], askOf?: () => Ask): Observable<object>;
  model(): Model;
}

/** A row as text in which the order of columns does not matter: for multisets. */
export function textOf(row: object): string {
  const entries = Object.entries(row).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return JSON.stringify(entries);
}
