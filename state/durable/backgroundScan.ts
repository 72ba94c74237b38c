import { StreamingError } from '../../lib/errors.js';
import type { ByteStore } from '../../lib/state/byteStore.js';
import { type ExpectedState, entryPages, verifiedPages } from './fullScan.js';
import { tableOfEntry } from './layout.js';

/** Who looks on while entries are read. */
export interface ScanVisitor {
  entry(table: number, key: Uint8Array): void;
  /** All entries have been read and are good, or there are none. */
  done(): void;
}

/**
 * The scan of all entries after an unclean stop, behind the batches.
 *
 * What it finds is told once, and then no batch commits any more: damaged state must not be built upon.
 */
export class BackgroundScan {
  ended: Promise<void> = Promise.resolve();
  private corrupt: StreamingError<'STATE_CORRUPT'> | undefined;
  private isDone = false;
  private isCancelled = false;

  constructor(
    private readonly store: ByteStore,
    private readonly options: {
      readonly beforeScan?: () => Promise<void>;
      readonly onCorrupt?: (error: StreamingError<'STATE_CORRUPT'>) => void;
    },
  ) {}

  /** `clean`: the last run has closed the store, so nothing needs to be read. */
  start(clean: boolean, expected: ExpectedState, visitor: ScanVisitor): void {
    if (!clean && expected.batchId >= 0) {
      this.ended = this.run(expected, visitor);
      return;
    }
    this.isDone = true;
    if (expected.batchId < 0) visitor.done();
  }

  /** Every entry has been seen and is good. */
  get isSound(): boolean {
    return this.isDone && this.corrupt === undefined;
  }

  throwIfCorrupt(): void {
    if (this.corrupt !== undefined) throw this.corrupt;
  }

  cancel(): void {
    this.isCancelled = true;
  }

  private async run(expected: ExpectedState, visitor: ScanVisitor): Promise<void> {
    // At once: what is committed while the files are checked is not what is expected.
    const pages = entryPages(this.store);
    try {
      await this.options.beforeScan?.();
      for await (const page of verifiedPages(pages, expected)) {
        if (this.isCancelled) return;
        for (const [key] of page) visitor.entry(tableOfEntry(key), key);
      }
      this.isDone = true;
      visitor.done();
    } catch (error) {
      if (this.isCancelled) return;
      this.corrupt = isCorrupt(error) ? error : unread(expected.batchId, error);
      this.options.onCorrupt?.(this.corrupt);
    }
  }
}

function isCorrupt(error: unknown): error is StreamingError<'STATE_CORRUPT'> {
  return error instanceof StreamingError && error.code === 'STATE_CORRUPT';
}

/** The store could not be read through: nobody knows that it is good. */
function unread(batchId: number, cause: unknown): StreamingError<'STATE_CORRUPT'> {
  const params = { operator: 'the query', table: 'all', batchId, reason: String(cause) };
  return new StreamingError('STATE_CORRUPT', params, { cause });
}
