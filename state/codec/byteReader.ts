import { DecodeError } from './decodeError.js';

/** Reads what a ByteWriter wrote; never beyond the end, never allocating for a length it has not got. */
export class ByteReader {
  readonly bytes: Buffer;

  constructor(
    bytes: Uint8Array,
    public at = 0,
    readonly end: number = bytes.length,
  ) {
    this.bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.at >= this.end;
  }

  /** Moves past `count` bytes and gives where they begin. */
  take(count: number): number {
    const from = this.at;
    if (!(count <= this.end - from)) throw new DecodeError('ends too early', from);
    this.at = from + count;
    return from;
  }

  byte(): number {
    return this.bytes[this.take(1)] as number;
  }

  peek(): number {
    return this.at < this.end ? (this.bytes[this.at] as number) : -1;
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 49; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
    }
    throw new DecodeError('has a number that is too long', this.at);
  }

  /** A count of things that take at least one byte each. */
  count(): number {
    const value = this.varint();
    if (value > this.end - this.at) throw new DecodeError('ends too early', this.at);
    return value;
  }

  uint32(): number {
    return this.bytes.readUInt32BE(this.take(4));
  }

  float64(): number {
    return this.bytes.readDoubleBE(this.take(8));
  }

  /** A copy: what was read may outlive the buffer. */
  raw(count: number): Uint8Array {
    const from = this.take(count);
    return new Uint8Array(this.bytes.subarray(from, from + count));
  }
}
