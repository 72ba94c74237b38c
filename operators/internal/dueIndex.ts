import type { MaybePromise } from '../../lib/maybe.js';
import type { StageContext } from '../../lib/plan/planNode.js';
import { type Entry, entryKey, sharedTime } from '../../lib/state/entry.js';
import type { TimedTable } from '../../lib/state/stateStore.js';

/** References that are due at one time. */
export interface DueTogether {
  readonly time: number;
  readonly references: unknown[];
}

/** References of one time and batch, at most {@link pageLength}. */
type Page = unknown[];

/** So many references are written anew when the page gets one more, in a batch of many turns. */
const pageLength = 1000;

type IndexContext = Pick<StageContext, 'batchId' | 'state'>;

/**
 * References to parts of an operator's state by the time at which they are due.
 *
 * It is an index: nothing is taken out before its time. Whoever takes a reference asks what it refers
 * to whether it still holds there, and puts it where it belongs now if it does not.
 *
 * A table of pages: an entry for the references that a batch adds at one time, instead of one each.
 * Windows end together, so a batch that adds thousands writes a few.
 *
 * Persistent format v1 of its table: add, never change.
 *
 * ```
 * time [batchId, no] -> [reference, …]   no counts the pages that a batch fills at one time, from 0
 * time reference     -> true | null      as first versions wrote it: one reference
 * ```
 */
export class DueIndex {
  private readonly pages: TimedTable<Page | true | null>;
  /** Where the batch that is under way adds, by time. */
  private readonly open = new Map<number, { no: number; readonly entry: Entry<Page> }>();
  private openedIn = Number.NaN;

  constructor(
    private readonly ctx: IndexContext,
    name: string,
  ) {
    this.pages = ctx.state.timed(name, { counted: false, cached: false });
  }

  get isEmpty(): boolean {
    return this.pages.size === 0;
  }

  /** MUST be called in a stage's `prepare`, and awaited, before `take(upTo)`. */
  load(upTo: number): MaybePromise<void> {
    return this.pages.load(upTo);
  }

  add(time: number, reference: unknown): void {
    const { batchId } = this.ctx;
    if (batchId !== this.openedIn) {
      this.open.clear();
      this.openedIn = batchId;
    }
    const open = this.open.get(time);
    if (open === undefined) this.begin(time, 0, reference);
    else if (open.entry.value.length >= pageLength) this.begin(time, open.no + 1, reference);
    else {
      open.entry.value.push(reference);
      this.pages.touch(open.entry);
    }
  }

  /**
   * Takes out what is due at a time <= upTo, a time after the other; at one time in no particular order.
   * Nothing may be added up to there meanwhile.
   */
  *take(upTo: number): Iterable<DueTogether> {
    for (const pages of this.pages.takeDue(upTo)) {
      const time = sharedTime(pages);
      this.open.delete(time);
      yield { time, references: pages.flatMap(referencesOf) };
    }
  }

  private begin(time: number, no: number, reference: unknown): void {
    const entry = this.pages.insert(time, [this.ctx.batchId, no], [reference]);
    this.open.set(time, { no, entry: entry as Entry<Page> });
  }
}

function referencesOf(entry: Entry<Page | true | null>): Page {
  return Array.isArray(entry.value) ? entry.value : [entryKey(entry)];
}
