import type { Pushed } from './pushes.js';
import type { Kill } from './scenario.js';

/** What the parent asks of a process. */
export interface Order {
  readonly seed: number;
  readonly life: number;
  readonly directory: string;
  /** Another checkpoint than the one in `directory`. */
  readonly checkpoint?: string;
  /** undefined: this life lasts to the end of the rows. */
  readonly kill: Kill | undefined;
  /** All sources end when their rows have been read. */
  readonly completes: boolean;
  /** How long the query is, in batches. */
  readonly batches?: number;
  /** The signal of a kill at a step. Default SIGKILL. */
  readonly signal?: 'SIGSTOP';
  /** As in another container, or on another machine: locks do not reach. */
  readonly lockless?: boolean;
  /** Waits for the next order when this life has ended. */
  readonly stays?: boolean;
}

/**
 * What a process tells: it starts now, how many rows the log of a source has, rows that it has
 * acknowledged, a batch for the parent's memory, or the end of a life.
 */
export type Report =
  | { readonly is: 'started' }
  | { readonly is: 'stopping' }
  | { readonly is: 'log'; readonly source: number; readonly count: number }
  | ({ readonly is: 'pushed'; readonly source: number } & Pushed)
  | { readonly is: 'batch'; readonly batchId: number; readonly texts: readonly string[] }
  | { readonly is: 'ended'; readonly error: string | undefined };

/** The parent has rows for a `durable` source, or, without a range, none any more. */
export interface Push {
  readonly source: number;
  readonly range: { readonly from: number; readonly to: number } | undefined;
}

export function tell(report: Report): void {
  process.send?.(report);
}
