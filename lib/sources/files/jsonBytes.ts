/** Node's own slices, without the look-up of an encoding's name that `toString` makes per call. */
interface SlicedBytes extends Buffer {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
  utf8Write(text: string, at: number): number;
}

/**
 * V8 copies parts of a string that are no longer; of a longer one it keeps the whole block alive, and a
 * row may live in state for days.
 */
const copiedChars = 12;

/** Bytes behind a block that may be looked at, though they mean nothing. */
export const slackBytes = 256;

/**
 * A block of JSON lines and the place in it. Functions that read a value begin at `at` and leave it
 * behind the value; where there is none that they know, they leave it at -1.
 *
 * A line feed stands behind the last value: all loops end there, so none asks for the length.
 */
export class JsonBytes {
  at = 0;
  bytes = Buffer.alloc(0) as SlicedBytes;
  /** The same, with more bytes behind. */
  view: DataView = new DataView(new ArrayBuffer(0));
  /** The block, one character a byte, once a short part of it is asked for. */
  private latin1: string | undefined;
  private end = 0;
  /** Where bytes may be written that are in no line: strings without their escapes. */
  room = 0;

  /** Takes a block of lines; `end` is behind a line feed. Bytes from `room` on are free for others. */
  take(bytes: Buffer, end: number, room = 0): void {
    const whole = isPadded(bytes, end) ? bytes : padded(bytes, end);
    this.bytes = whole as SlicedBytes;
    this.view = new DataView(whole.buffer, whole.byteOffset);
    this.latin1 = undefined;
    this.end = end;
    this.room = room;
  }

  /** A part of ASCII. Short ones are copied out of one string, without a call into C++ for each. */
  ascii(start: number, end: number): string {
    if (end - start > copiedChars || end > this.end) return this.bytes.latin1Slice(start, end);
    this.latin1 ??= this.bytes.latin1Slice(0, this.end);
    return this.latin1.substring(start, end);
  }

  hasRoom(bytes: number): boolean {
    return this.room + bytes <= this.bytes.length;
  }

  fail(): null {
    this.at = -1;
    return null;
  }

  /** Instead of a value of the type. */
  none(): null {
    const { at, bytes } = this;
    if (bytes[at] !== 110 || bytes[at + 1] !== 117) return this.fail();
    if (bytes[at + 2] !== 108 || bytes[at + 3] !== 108) return this.fail();
    this.at = at + 4;
    return null;
  }
}

function isPadded(bytes: Buffer, end: number): boolean {
  return bytes.buffer.byteLength - bytes.byteOffset - end >= slackBytes;
}

function padded(bytes: Buffer, end: number): Buffer {
  const copy = Buffer.alloc(end + slackBytes);
  bytes.copy(copy, 0, 0, end);
  return copy;
}

/** A buffer to read blocks into, with the bytes behind it that `JsonBytes` wants. */
export function blockBuffer(size: number): Buffer {
  return Buffer.allocUnsafeSlow(size + slackBytes).subarray(0, size);
}
