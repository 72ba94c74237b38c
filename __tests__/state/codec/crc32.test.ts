import { crc32, crc32Of } from '../../../state/codec/crc32.js';

/** Bit by bit, as the polynomial says. */
function slowCrc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

const bytes = Uint8Array.from({ length: 1300 }, (_, i) => i * 7 + (i >> 3));

describe('crc32', () => {
  it.each([0, 1, 7, 8, 9, 63, 399, 400, 401, 1300])('is the CRC-32 of %d bytes', (length) => {
    expect(crc32(bytes.subarray(0, length))).toBe(slowCrc32(bytes.subarray(0, length)));
  });

  it.each([
    [0, 1297],
    [3, 300],
    [500, 503],
    [899, 900],
  ])('continues from what came before, cut at %d and %d', (first, second) => {
    const seed = crc32(bytes.subarray(first, second), crc32(bytes.subarray(0, first)));
    expect(crc32(bytes.subarray(second), seed)).toBe(slowCrc32(bytes));
    const inside = new DataView(bytes.buffer, 3);
    expect(crc32Of(inside, first, second)).toBe(crc32(bytes.subarray(3 + first, 3 + second)));
  });
});
