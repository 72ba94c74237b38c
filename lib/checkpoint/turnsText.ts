import type { PlannedTurn } from '../query/queryCheckpoint.js';

const firstCapacity = 4096;

/**
 * The turns of an epoch as JSON in UTF-8, each followed by a comma.
 *
 * Bytes outside of V8's heap: ten thousand strings a second would live until the epoch ends, and the
 * collector stops the process to move them.
 */
export class TurnsText {
  private bytes = Buffer.allocUnsafe(firstCapacity);
  private length = 0;

  add(turn: PlannedTurn): void {
    const text = JSON.stringify(turn);
    const longest = this.length + text.length * 3 + 1;
    if (longest > this.bytes.length) this.grow(longest);
    this.length += this.bytes.write(text, this.length, 'utf8');
    this.bytes[this.length++] = 0x2c;
  }

  /** What has been added since `clear`, without the last comma; only until something is added again. */
  get json(): Uint8Array {
    return this.bytes.subarray(0, Math.max(0, this.length - 1));
  }

  /** Memory is kept: the next epoch is likely to be as long, and new pages cost a fault each. */
  clear(): void {
    this.length = 0;
  }

  private grow(atLeast: number): void {
    const larger = Buffer.allocUnsafe(Math.max(atLeast, 2 * this.bytes.length));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}
