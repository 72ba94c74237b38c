import { StreamingError } from '../../lib/errors.js';
import type { BytePage, ByteStore } from '../../lib/state/byteStore.js';
import { ByteReader } from '../codec/byteReader.js';
import { DecodeError } from '../codec/decodeError.js';
import { readValue } from '../codec/readValue.js';
import { noShapes } from '../codec/shapes.js';
import { epochOf, epochsKept, recordIn, type StoredEpoch } from './epochs.js';
import { frameLength, verifyFrame } from './frame.js';
import { metaFrom, metaKeyOf, metaTo, stateFormat } from './layout.js';
import { type TableIdentity, tableIdentityOf } from './tableCatalog.js';

/** What a store says about itself. */
export interface StateMeta {
  /** undefined: nothing has been committed yet. */
  readonly queryId: string | undefined;
  readonly tables: readonly TableIdentity[];
  readonly shapes: readonly (readonly string[])[];
  /** Checksum of the newest epoch record: the next one's `previous`. */
  readonly lastChecksum: number | null;
  readonly lastEpoch: StoredEpoch | undefined;
  /** All records there are, oldest first. */
  readonly epochs: readonly StoredEpoch[];
}

interface Found {
  queryId: string | undefined;
  readonly tables: TableIdentity[];
  readonly shapes: (readonly string[])[];
  readonly epochs: { readonly epoch: StoredEpoch; readonly checksum: number }[];
}

/**
 * Reads and verifies everything but the entries: checksums, format, and the chain of epoch records.
 *
 * Errors: `STATE_CORRUPT`, `STATE_FORMAT_UNSUPPORTED`.
 */
export async function readMeta(
  store: Pick<ByteStore, 'range'>,
  directory: string,
): Promise<StateMeta> {
  return metaOf(await store.range(metaFrom, metaTo), directory);
}

/** The same from the pairs themselves. */
export function metaOf(pairs: BytePage, directory: string): StateMeta {
  const found: Found = { queryId: undefined, tables: [], shapes: [], epochs: [] };
  try {
    for (const [key, value] of pairs) take(found, key, value, directory);
    verifyChain(found);
  } catch (error) {
    if (error instanceof DecodeError) throw damaged(found, error);
    throw error;
  }
  const last = found.epochs.at(-1);
  return {
    queryId: found.queryId,
    tables: found.tables,
    shapes: found.shapes,
    lastChecksum: last?.checksum ?? null,
    lastEpoch: last?.epoch,
    epochs: found.epochs.map(({ epoch }) => epoch),
  };
}

function take(found: Found, keyBytes: Uint8Array, bytes: Uint8Array, directory: string): void {
  const key = metaKeyOf(keyBytes);
  if (key === undefined) throw unsupported(directory, 'unknown');
  const checksum = verifyFrame(keyBytes, bytes);
  const stored = readValue(new ByteReader(bytes, frameLength), noShapes);
  switch (key.kind) {
    case 'format':
      found.queryId = queryIdOf(stored, directory);
      break;
    case 'epoch':
      found.epochs.push({ epoch: epochOf(stored), checksum });
      break;
    case 'shape':
      mustFollow(key.id, found.shapes.length, 'shape');
      found.shapes.push(namesOf(stored));
      break;
    case 'table':
      mustFollow(key.id, found.tables.length, 'table');
      found.tables.push(tableIdentityOf(key.id, stored));
      break;
  }
}

function queryIdOf(stored: unknown, directory: string): string {
  const { format, queryId } = recordIn(stored, 'the format');
  if (format !== stateFormat) throw unsupported(directory, String(format));
  if (typeof queryId !== 'string') throw new DecodeError('the format names no query', 0);
  return queryId;
}

function namesOf(stored: unknown): readonly string[] {
  if (!Array.isArray(stored) || !stored.every((name) => typeof name === 'string')) {
    throw new DecodeError('a shape has no names', 0);
  }
  return stored;
}

function mustFollow(id: number, expected: number, what: string): void {
  if (id !== expected) throw new DecodeError(`${what} ${expected} is missing`, 0);
}

/** Batches without a gap, each naming the checksum of the one before, and as many as were kept. */
function verifyChain(found: Found): void {
  const { epochs } = found;
  epochs.forEach(({ epoch }, i) => {
    const before = epochs[i - 1];
    if (before === undefined) return;
    const { batchId } = epoch.record;
    if (batchId !== before.epoch.record.batchId + 1) {
      throw new DecodeError(`the record before batch ${batchId} is missing`, 0);
    }
    if (epoch.previous !== before.checksum) {
      throw new DecodeError(`batch ${batchId} does not follow the record before it`, 0);
    }
  });
  const last = epochs.at(-1)?.epoch.record.batchId ?? -1;
  if (epochs.length !== Math.min(last + 1, epochsKept)) {
    throw new DecodeError(`only ${epochs.length} epoch records are left at batch ${last}`, 0);
  }
  if (last >= 0 && found.queryId === undefined) throw new DecodeError('the format is missing', 0);
}

function damaged(found: Found, error: DecodeError): StreamingError<'STATE_CORRUPT'> {
  const batchId = found.epochs.at(-1)?.epoch.record.batchId ?? 0;
  const params = { operator: 'the query', table: 'epochs', batchId, reason: error.reason };
  return new StreamingError('STATE_CORRUPT', params, { cause: error });
}

function unsupported(directory: string, found: string): StreamingError<'STATE_FORMAT_UNSUPPORTED'> {
  const supported = String(stateFormat);
  return new StreamingError('STATE_FORMAT_UNSUPPORTED', { directory, found, supported });
}
