/** Longer contents are shown by a view of their own. */
const longestKeptView = 4096;

/** A growing buffer that is written from front to back and used again: nothing is allocated per value. */
export class ByteWriter {
  bytes: Buffer;
  view: DataView;
  at = 0;
  /** Views of the first n bytes, by n. */
  private views: (Buffer | undefined)[] = [];

  constructor(capacity = 1 << 16) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  reset(): void {
    this.at = 0;
  }

  /** Makes room for `count` more bytes. */
  need(count: number): void {
    if (this.at + count > this.bytes.length) this.grow(this.at + count);
  }

  byte(value: number): void {
    this.need(1);
    this.bytes[this.at++] = value;
  }

  /** Unsigned, at most 2^53 − 1, seven bits a byte, the lowest first. */
  varint(value: number): void {
    this.need(8);
    let rest = value;
    if (rest < 0x8000_0000) {
      this.smallVarint(rest | 0);
      return;
    }
    while (rest > 0x7f) {
      this.bytes[this.at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.at++] = rest;
  }

  /** Most are small integers, which need no arithmetic of doubles. */
  private smallVarint(value: number): void {
    const { bytes } = this;
    let { at } = this;
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) bytes[at++] = rest | 0x80;
    bytes[at++] = rest;
    this.at = at;
  }

  uint32(value: number): void {
    this.need(4);
    this.view.setUint32(this.at, value);
    this.at += 4;
  }

  float64(value: number): void {
    this.need(8);
    this.view.setFloat64(this.at, value);
    this.at += 8;
  }

  raw(bytes: Uint8Array): void {
    this.need(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** What has been written, to be read before the next `reset`: later contents show through. */
  content(): Buffer {
    const { at } = this;
    if (at > longestKeptView) return this.bytes.subarray(0, at);
    this.views[at] ??= this.bytes.subarray(0, at);
    return this.views[at];
  }

  private grow(wanted: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(wanted, this.bytes.length * 2));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
    this.views = [];
    this.view = new DataView(larger.buffer);
  }
}
