import { StreamingError } from '../../lib/errors.js';
import type { BytePage, ByteStore } from '../../lib/state/byteStore.js';
import { DecodeError } from '../codec/decodeError.js';
import { verifyFrame } from './frame.js';
import {
  entriesFrom,
  entriesTo,
  entryPrefixLength,
  isMetaKey,
  metaFrom,
  tableOfEntry,
} from './layout.js';
import type { TableIdentity } from './tableCatalog.js';
import { TableTotals } from './tableTotals.js';

/** What the epoch record says, and a scan of all entries must find. */
export interface ExpectedState {
  readonly batchId: number;
  readonly tables: readonly TableIdentity[];
  readonly totals: ReadonlyMap<number, TableTotals>;
}

const pageLength = 1000;

/** All entries of a store, as they are now: one page at a time, and the event loop in between. */
export function entryPages(store: Pick<ByteStore, 'pages'>): AsyncIterable<BytePage> {
  return store.pages(entriesFrom, entriesTo, pageLength);
}

/** All of a store. */
export function allPages(store: Pick<ByteStore, 'pages'>): AsyncIterable<BytePage> {
  return store.pages(metaFrom, entriesTo, pageLength);
}

/** `pages` as they are; throws `STATE_CORRUPT` where, and at the end if, they are not what is expected. */
export async function* verifiedPages(
  pages: AsyncIterable<BytePage>,
  expected: ExpectedState,
): AsyncGenerator<BytePage> {
  const count = new EntryCount(expected);
  for await (const page of pages) {
    count.add(page);
    yield page;
  }
  count.mustBeAll();
}

/** Counts entries and compares them with what the epoch record says. Throws `STATE_CORRUPT`. */
export class EntryCount {
  private readonly found = new Map<number, TableTotals>();

  constructor(private readonly expected: ExpectedState) {}

  add(page: BytePage): void {
    for (const [key, value] of page) if (!isMetaKey(key)) this.addEntry(key, value);
  }

  /** All entries have been added. */
  mustBeAll(): void {
    const { expected, found } = this;
    for (const [id, totals] of expected.totals) {
      const have = found.get(id) ?? new TableTotals();
      if (!have.equals(totals)) {
        const reason = `${have.count} entries instead of ${totals.count}, or other ones`;
        throw corrupt(expected, id, reason);
      }
      found.delete(id);
    }
    const [stray] = found.keys();
    if (stray !== undefined) throw corrupt(expected, stray, 'entries of a table that is not known');
  }

  private addEntry(key: Uint8Array, value: Uint8Array): void {
    const { expected, found } = this;
    const id = key.length < entryPrefixLength ? -1 : tableOfEntry(key);
    let totals = found.get(id);
    if (totals === undefined) {
      totals = new TableTotals();
      found.set(id, totals);
    }
    try {
      totals.add(verifyFrame(key, value));
    } catch (error) {
      if (error instanceof DecodeError) throw corrupt(expected, id, error.reason);
      throw error;
    }
  }
}

function corrupt(
  expected: ExpectedState,
  id: number,
  reason: string,
): StreamingError<'STATE_CORRUPT'> {
  const { batchId } = expected;
  const table = expected.tables[id];
  const params = { operator: table?.operator ?? 'the query', table: table?.name ?? `${id}` };
  return new StreamingError('STATE_CORRUPT', { ...params, batchId, reason });
}
