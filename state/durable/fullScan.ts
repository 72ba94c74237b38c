import { StreamingError } from '../../lib/errors.js';
import type { ByteStore } from '../../lib/state/byteStore.js';
import { DecodeError } from '../codec/decodeError.js';
import { verifyFrame } from './frame.js';
import { entriesFrom, entriesTo, entryPrefixLength, tableOfEntry } from './layout.js';
import type { TableIdentity } from './tableCatalog.js';
import { TableTotals } from './tableTotals.js';

/** What the epoch record says, and a scan of all entries must find. */
export interface ExpectedState {
  readonly batchId: number;
  readonly tables: readonly TableIdentity[];
  readonly totals: ReadonlyMap<number, TableTotals>;
}

const pageLength = 1000;

/**
 * Reads every entry and counts: after an unclean stop, behind the first batches. One page at a time,
 * and the event loop in between. Throws `STATE_CORRUPT`; `isWanted` may end it early.
 */
export async function scanAll(
  store: ByteStore,
  expected: ExpectedState,
  isWanted: () => boolean,
): Promise<void> {
  const found = new Map<number, TableTotals>();
  for await (const page of store.pages(entriesFrom, entriesTo, pageLength)) {
    if (!isWanted()) return;
    for (const [key, value] of page) count(found, key, value, expected);
  }
  for (const [id, totals] of expected.totals) {
    const have = found.get(id) ?? new TableTotals();
    if (!have.equals(totals)) {
      throw corrupt(
        expected,
        id,
        `${have.count} entries instead of ${totals.count}, or other ones`,
      );
    }
    found.delete(id);
  }
  const [stray] = found.keys();
  if (stray !== undefined) throw corrupt(expected, stray, 'entries of a table that is not known');
}

function count(
  found: Map<number, TableTotals>,
  key: Uint8Array,
  value: Uint8Array,
  expected: ExpectedState,
): void {
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
