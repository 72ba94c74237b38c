import type { BytePage } from '../state/byteStore.js';

/*
 * pairs := (keyLength:u32 valueLength:u32 key value)*      big-endian
 */
const headerLength = 8;

export function encodePairs(pages: readonly BytePage[]): Uint8Array {
  let length = 0;
  for (const page of pages) {
    for (const [key, value] of page) length += headerLength + key.length + value.length;
  }
  const out = Buffer.allocUnsafe(length);
  let at = 0;
  for (const page of pages) {
    for (const [key, value] of page) {
      out.writeUInt32BE(key.length, at);
      out.writeUInt32BE(value.length, at + 4);
      out.set(key, at + headerLength);
      out.set(value, at + headerLength + key.length);
      at += headerLength + key.length + value.length;
    }
  }
  return out;
}

/** undefined: these bytes are no pairs. */
export function decodePairs(bytes: Uint8Array): BytePage | undefined {
  const input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pairs: [Uint8Array, Uint8Array][] = [];
  let at = 0;
  while (at < input.length) {
    if (at + headerLength > input.length) return undefined;
    const keyAt = at + headerLength;
    const valueAt = keyAt + input.readUInt32BE(at);
    const end = valueAt + input.readUInt32BE(at + 4);
    if (end > input.length) return undefined;
    pairs.push([input.subarray(keyAt, valueAt), input.subarray(valueAt, end)]);
    at = end;
  }
  return pairs;
}
