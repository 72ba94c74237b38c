import type { Rows } from '../workloads/difference.js';
import type { Event } from '../workloads/workload.js';

/** Rows pushed by one message, and the offset of the last of them. */
export interface Pushed {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
}

/**
 * What the parent knows of a `durable` source: each row is pushed once and never again. One that was
 * acknowledged has to come out; of those that a kill has left without an answer the first ones may, as
 * many as the next life finds in the log.
 */
export class PushedRows implements Rows {
  /** In the order of the log: all that counts. */
  readonly rows: Event[] = [];
  private unanswered: readonly Event[] = [];
  private next = 0;

  constructor(
    readonly all: readonly Event[],
    private readonly perPush: number,
  ) {}

  position(offset: unknown): number {
    return Number(offset ?? 0);
  }

  /** A new life has opened the log, which has so many rows. Answers what is wrong with it. */
  found(count: number): string | undefined {
    const survivors = count - this.rows.length;
    if (survivors < 0) {
      return `the log has ${count} rows, of ${this.rows.length} that it had acknowledged`;
    }
    if (survivors > this.unanswered.length) return `the log has ${count} rows: too many`;
    this.rows.push(...this.unanswered.slice(0, survivors));
    this.unanswered = [];
    return undefined;
  }

  /** What to push next; undefined: all that this life has. */
  push(available: number): { readonly from: number; readonly to: number } | undefined {
    const from = this.next;
    const to = Math.min(available, from + this.perPush);
    if (to <= from) return undefined;
    this.unanswered = this.all.slice(from, to);
    this.next = to;
    return { from, to };
  }

  /** Answers what is wrong with an acknowledgement. */
  taken({ from, to, offset }: Pushed): string | undefined {
    this.rows.push(...this.all.slice(from, to));
    this.unanswered = [];
    if (offset === this.rows.length) return undefined;
    return `rows ${from} to ${to} were acknowledged at ${offset}, not ${this.rows.length}`;
  }
}
