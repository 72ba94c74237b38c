import type { Observable } from 'rxjs';
import type { OutputMode } from '../../index.js';
import type { NexmarkEvent, Reads } from './event.js';

/** One query of queries.md, as a user writes it with the public API. */
export interface NexmarkQuery {
  readonly name: string;
  readonly mode: OutputMode;
  build(events: Observable<NexmarkEvent>): Observable<object>;
  /** What it reads of an event: a source of files is asked for no more. */
  readonly reads: Reads;
  /** In update mode: the columns by which a later row replaces an earlier one. */
  readonly key?: readonly string[];
  /** What is compared, where it is not the rows themselves. */
  answer?(rows: readonly object[]): readonly object[];
  /**
   * What is out when all files are read, whose end closes nothing. Default: what the watermark has closed,
   * all where it closes nothing. `unknown`: the oracle has no answer for that.
   */
  readonly fromFiles?: 'all' | 'unknown';
  /** Where Spark cannot run the SQL: what stands for it here. */
  readonly how?: string;
}
