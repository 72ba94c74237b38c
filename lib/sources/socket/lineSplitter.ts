/** What a {@link LineSplitter} finds. */
export interface LineReceiver {
  /** A line without its end (`\n` or `\r\n`), and its length in bytes. */
  line(text: string, bytes: number): void;
  /** A line longer than allowed: its first bytes, at most 256. The rest of it is skipped. */
  tooLong(head: string): void;
}

const newline = 0x0a;
const carriageReturn = 0x0d;
const headBytes = 256;

/**
 * Cuts a stream of bytes into lines before decoding them, so that a character of several bytes may be
 * spread over chunks. Invalid UTF-8 becomes U+FFFD.
 *
 * Holds at most `maxBytes` + 1 bytes and one chunk, however long a line is.
 */
export class LineSplitter {
  private parts: Buffer[] = [];
  private size = 0;
  private skipping = false;

  constructor(
    private readonly maxBytes: number,
    private readonly out: LineReceiver,
  ) {}

  push(chunk: Buffer): void {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(newline, from);
      if (end < 0) break;
      this.add(chunk.subarray(from, end));
      this.flush();
      from = end + 1;
    }
    if (from < chunk.length) this.add(chunk.subarray(from));
  }

  /** The other side has closed in order: what follows the last line end is a line, if not empty. */
  end(): void {
    if (this.size > 0) this.flush();
  }

  /** The connection broke: half a line is no line. */
  reset(): void {
    this.parts = [];
    this.size = 0;
    this.skipping = false;
  }

  private add(bytes: Buffer): void {
    if (this.skipping) return;
    this.parts.push(bytes);
    this.size += bytes.length;
    // One more than allowed may be the \r of a line end whose \n has not come yet.
    if (this.size <= this.maxBytes + 1) return;
    this.parts = [this.joined()];
    this.skipping = true;
  }

  private flush(): void {
    const bytes = this.joined();
    const withoutReturn = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length;
    if (this.skipping || withoutReturn > this.maxBytes) {
      // No more than what is there however the bytes were cut into chunks.
      this.out.tooLong(bytes.toString('utf8', 0, Math.min(headBytes, this.maxBytes)));
    } else {
      this.out.line(bytes.toString('utf8', 0, withoutReturn), withoutReturn);
    }
    this.reset();
  }

  private joined(): Buffer {
    return this.parts.length === 1 ? (this.parts[0] as Buffer) : Buffer.concat(this.parts);
  }
}
