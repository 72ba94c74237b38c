import type { ByteWriter } from '../codec/byteWriter.js';
import { writeOrderedNumber } from '../codec/orderedNumber.js';

/*
 * What the store's keys are. Persistent format v1: add, never change.
 *
 * key    := 00 46                        format    -> { format, queryId }
 *         | 00 45 batchId:float64        epoch     -> see epochs.ts
 *         | 00 53 shape:u32              shape     -> [name, …]
 *         | 00 54 table:u32              table     -> { operator, name, kind }
 *         | 01 table:u32 key             entry of a keyed table
 *         | 01 table:u32 ordered64 key   entry of a timed table: time before key
 * value  := crc:u32 version:byte content crc is the CRC-32 of key, version and content
 *
 * Batch ids are >= 0, where a float64 sorts as its bytes. key and ordered64: codec/keyCodec.ts.
 */
export const stateFormat = 1;
export const valueVersion = 1;

const metaSpace = 0x00;
const entrySpace = 0x01;
/** Above every key: no key begins with it. */
const beyond = 0xff;

export const metaFrom = Uint8Array.of(metaSpace);
export const metaTo = Uint8Array.of(entrySpace);
export const entriesFrom = Uint8Array.of(entrySpace);
export const entriesTo = Uint8Array.of(entrySpace + 1);

export type MetaKey =
  | { readonly kind: 'format' }
  | { readonly kind: 'epoch'; readonly batchId: number }
  | { readonly kind: 'shape'; readonly id: number }
  | { readonly kind: 'table'; readonly id: number };

const letters = { format: 0x46, epoch: 0x45, shape: 0x53, table: 0x54 } as const;

export function writeMetaKey(out: ByteWriter, key: MetaKey): void {
  out.byte(metaSpace);
  out.byte(letters[key.kind]);
  if (key.kind === 'epoch') out.float64(key.batchId);
  else if (key.kind !== 'format') out.uint32(key.id);
}

export function isMetaKey(bytes: Uint8Array): boolean {
  return bytes[0] === metaSpace;
}

/** undefined: no key of this format. */
export function metaKeyOf(bytes: Uint8Array): MetaKey | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 2) return undefined;
  switch (bytes[1]) {
    case letters.format:
      return bytes.length === 2 ? { kind: 'format' } : undefined;
    case letters.epoch:
      return bytes.length === 10 ? { kind: 'epoch', batchId: view.getFloat64(2) } : undefined;
    case letters.shape:
      return bytes.length === 6 ? { kind: 'shape', id: view.getUint32(2) } : undefined;
    case letters.table:
      return bytes.length === 6 ? { kind: 'table', id: view.getUint32(2) } : undefined;
    default:
      return undefined;
  }
}

/** Where the time or the key of an entry begins. */
export const entryPrefixLength = 5;

export function writeEntryPrefix(out: ByteWriter, table: number): void {
  out.byte(entrySpace);
  out.uint32(table);
}

/** Before the first entry of a table, or, with `beyondTime`, behind all entries of that time. */
export function entryBound(out: ByteWriter, table: number, beyondTime?: number): Uint8Array {
  out.reset();
  writeEntryPrefix(out, table);
  if (beyondTime !== undefined) {
    writeOrderedNumber(out, beyondTime);
    out.byte(beyond);
  }
  return Uint8Array.from(out.content());
}

/** Behind the last entry of a table. */
export function entryEnd(out: ByteWriter, table: number): Uint8Array {
  out.reset();
  writeEntryPrefix(out, table);
  out.byte(beyond);
  out.byte(beyond);
  return Uint8Array.from(out.content());
}

export function tableOfEntry(key: Uint8Array): number {
  return new DataView(key.buffer, key.byteOffset, key.byteLength).getUint32(1);
}

/** The smallest key above `key`. */
export function successor(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}
