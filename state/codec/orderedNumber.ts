import type { ByteReader } from './byteReader.js';
import type { ByteWriter } from './byteWriter.js';

/**
 * A float64 as eight bytes that compare as the numbers do: big-endian, sign bit flipped, all bits
 * flipped when negative. −0 is written as 0, every NaN as one that is above all numbers.
 */
export function writeOrderedNumber(out: ByteWriter, value: number): void {
  out.need(8);
  const { at, view } = out;
  out.at = at + 8;
  if (Number.isNaN(value)) {
    view.setUint32(at, 0xfff80000);
    view.setUint32(at + 4, 0);
    return;
  }
  view.setFloat64(at, value + 0); // −0 + 0 is 0
  const high = view.getUint32(at);
  if (high < 0x80000000) view.setUint32(at, high | 0x80000000);
  else {
    view.setUint32(at, ~high);
    view.setUint32(at + 4, ~view.getUint32(at + 4));
  }
}

const scratch = new DataView(new ArrayBuffer(8));

export function readOrderedNumber(input: ByteReader): number {
  const high = input.uint32();
  const low = input.uint32();
  const positive = high >= 0x80000000;
  scratch.setUint32(0, positive ? high & 0x7fffffff : ~high);
  scratch.setUint32(4, positive ? low : ~low);
  return scratch.getFloat64(0);
}
