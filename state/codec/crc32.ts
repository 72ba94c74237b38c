const table = new Int32Array(256).map((_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/**
 * CRC-32 (as in zlib and gzip) of `bytes[from, to)`, continued from `seed`; a signed 32-bit integer,
 * so that it needs no box. For the short keys and values of state this is faster than a call out.
 */
export function crc32(bytes: Uint8Array, from = 0, to = bytes.length, seed = 0): number {
  let crc = ~seed;
  for (let i = from; i < to; i++) {
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[i] as number)) & 0xff] as number);
  }
  return ~crc;
}
