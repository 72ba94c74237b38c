import { damaged } from './damage.js';

/**
 * Parquet's RLE / bit-packed hybrid, the encoding of levels and dictionary indexes.
 *
 * Decoded here because hyparquet believes a run's length: a damaged one makes it write billions of
 * values. Here a run ends where the values end.
 *
 *     run    := varint header, then: header odd  = header >> 1 groups of 8 values of `width` bits
 *                                    header even = one value, repeated header >> 1 times
 */
export function decodeRuns(
  bytes: Uint8Array,
  from: number,
  to: number,
  width: number,
  out: Int32Array,
  count: number,
): void {
  if (width > 32) damaged(`values of ${width} bits`);
  let at = from;
  let seen = 0;
  while (seen < count) {
    let header = 0;
    let shift = 0;
    for (;;) {
      if (at >= to || shift > 28) damaged('a page whose runs end too early');
      const byte = bytes[at++] as number;
      header |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte < 0x80) break;
    }
    const length = header >>> 1;
    if ((header & 1) === 1) {
      const values = Math.min(length * 8, count - seen);
      if (at + Math.ceil((values * width) / 8) > to) damaged('a page whose runs end too early');
      unpack(bytes, at, width, out, seen, values);
      at += length * width;
      seen += values;
    } else {
      // An empty run has its value, too: DuckDB writes some.
      const valueBytes = (width + 7) >> 3;
      if (at + valueBytes > to) damaged('a page whose runs end too early');
      let value = 0;
      for (let i = 0; i < valueBytes; i++) value |= (bytes[at++] as number) << (i * 8);
      const end = Math.min(seen + length, count);
      out.fill(value, seen, end);
      seen = end;
    }
  }
}

/** `count` values of `width` bits from `at` on, lowest bits first. */
function unpack(
  bytes: Uint8Array,
  at: number,
  width: number,
  out: Int32Array,
  from: number,
  count: number,
): void {
  if (width > 24) return unpackWide(bytes, at, width, out, from, count);
  const mask = (1 << width) - 1;
  let next = at;
  let held = 0;
  let bits = 0;
  for (let i = from; i < from + count; i++) {
    while (bits < width) {
      held |= (bytes[next++] as number) << bits;
      bits += 8;
    }
    out[i] = held & mask;
    held >>>= width;
    bits -= width;
  }
}

/** 25 to 32 bits: more than 32 bits may be held, so in doubles, which are exact up to 53. */
function unpackWide(
  bytes: Uint8Array,
  at: number,
  width: number,
  out: Int32Array,
  from: number,
  count: number,
): void {
  const limit = 2 ** width;
  let next = at;
  let held = 0;
  let bits = 0;
  for (let i = from; i < from + count; i++) {
    while (bits < width) {
      held += (bytes[next++] as number) * 2 ** bits;
      bits += 8;
    }
    out[i] = held % limit;
    held = Math.floor(held / limit);
    bits -= width;
  }
}

/** Bits that a level up to `most` takes. */
export function widthOf(most: number): number {
  return 32 - Math.clz32(most);
}
