import type { ByteStore } from '../../lib/state/byteStore.js';
import { ByteWriter } from '../codec/byteWriter.js';
import { crc32 } from '../codec/crc32.js';
import type { KeyFilter } from './keyFilter.js';
import { entryBound, entryEnd } from './layout.js';

/**
 * A filter is renewed when it has so many times the keys of its table, and more than `fewKeys`; or before the
 * keys that have gone make it give up, after which each new key would be looked up for as long as the run lasts.
 */
const worn = 4;
const pageLength = 1000;

/** A filter, and the one that takes its place when it has the keys on disk. */
interface WornFilter {
  readonly table: number;
  readonly filter: KeyFilter;
  readonly next: KeyFilter;
}

/**
 * Keys that come and go would fill the filter of a table for ever, so one that is mostly of keys that have
 * gone is made anew, from the keys on disk, behind the batches.
 *
 * Invariant: a key is in the snapshot that is read, or was added after `prepare`, or is not on disk.
 */
export class FilterRenewal {
  /** Settles when nothing is being renewed. */
  ended: Promise<void> = Promise.resolve();
  private prepared: readonly WornFilter[] = [];
  private isRunning = false;
  private isCancelled = false;

  /** @param fewKeys up to so many are not worth a renewal. */
  constructor(
    private readonly store: Pick<ByteStore, 'pages'>,
    private readonly fewKeys = 1 << 18,
  ) {}

  /** All keys that have been added so far are on disk with the commit that is about to be written. */
  prepare(
    filters: Iterable<readonly [number, KeyFilter]>,
    countOf: (table: number) => number,
  ): void {
    if (this.isRunning) return;
    const found: WornFilter[] = [];
    for (const [table, filter] of filters) {
      const present = countOf(table);
      const isWorn = filter.isComplete && filter.keys > Math.max(this.fewKeys, worn * present);
      if (!isWorn && !filter.isSpent(present)) continue;
      found.push({ table, filter, next: filter.startRenewal() });
    }
    this.prepared = found;
  }

  /** That commit is on disk. */
  start(): void {
    const { prepared } = this;
    if (prepared.length === 0) return;
    this.prepared = [];
    this.isRunning = true;
    // At once: what is read is this commit, whatever is written meanwhile.
    const reads = prepared.map((worn) => this.renew(worn));
    this.ended = Promise.all(reads).then(() => {
      this.isRunning = false;
    });
  }

  cancel(): void {
    this.isCancelled = true;
  }

  private async renew({ table, filter, next }: WornFilter): Promise<void> {
    const scratch = new ByteWriter(64);
    const [from, to] = [entryBound(scratch, table), entryEnd(scratch, table)];
    const pages = this.store.pages(from, to, pageLength);
    try {
      for await (const page of pages) {
        if (this.isCancelled) return;
        for (const [key] of page) next.add(crc32(key));
      }
      filter.endRenewal(true);
    } catch {
      filter.endRenewal(false); // the old one is still right, and the next read will tell what is wrong
    }
  }
}
