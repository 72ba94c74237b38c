import type { StreamingError } from '../../errors.js';
import type { SourceReport } from '../source.js';
import type { LineReceiver } from './lineSplitter.js';

/** How much may wait between two commits before the socket is no longer read. */
export interface LineBufferLimits {
  readonly lines: number;
  readonly bytes: number;
}

type Waiting =
  | { readonly text: string; readonly timeMs: number; readonly bytes: number }
  | { readonly tooLong: string; readonly bytes: number };

/**
 * Lines received and not yet committed. Offsets count the lines since the query was first started; a
 * line that is too long has an offset too, so that a range is the same however often it is read.
 */
export class LineBuffer implements LineReceiver {
  private waiting: Waiting[] = [];
  private bytes = 0;

  constructor(
    /** Offset of the line before the first that waits. */
    private base: number,
    private readonly limits: LineBufferLimits,
    private readonly now: () => number,
  ) {}

  /** Offset of the newest line. */
  get end(): number {
    return this.base + this.waiting.length;
  }

  get full(): boolean {
    return this.waiting.length >= this.limits.lines || this.bytes >= this.limits.bytes;
  }

  line(text: string, bytes: number): void {
    this.waiting.push({ text, timeMs: this.now(), bytes });
    this.bytes += bytes;
  }

  tooLong(head: string): void {
    this.waiting.push({ tooLong: head, bytes: head.length });
    this.bytes += head.length;
  }

  /** Lines before `base` came to an earlier run and are gone: a range of them gives no rows. */
  rows<T>(
    after: number,
    upTo: number,
    rowOf: (text: string, timeMs: number) => T,
    report: SourceReport,
    tooLong: () => StreamingError,
  ): T[] {
    const rows: T[] = [];
    for (let i = Math.max(0, after - this.base); i < upTo - this.base; i++) {
      const line = this.waiting[i];
      if (line === undefined) break;
      if ('tooLong' in line) report.failed(line.tooLong, tooLong());
      else rows.push(rowOf(line.text, line.timeMs));
    }
    return rows;
  }

  forget(upTo: number): void {
    const count = upTo - this.base;
    if (count <= 0) return;
    for (const line of this.waiting.slice(0, count)) this.bytes -= line.bytes;
    this.waiting = this.waiting.slice(count);
    this.base = upTo;
  }
}
