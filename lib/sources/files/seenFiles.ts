/**
 * The files that a source has planned, as far back as it must know them.
 *
 * - A file older than the purge line is ignored, whether it was seen or not: so what lies below the
 *   line can be forgotten.
 * - The line follows the newest file seen, not the clock, and moves only in `purge`.
 *
 * Source: semantics/spark.md 2.16 and 3.12 ("seen map").
 */
export class SeenFiles {
  private readonly seen = new Map<string, number>();
  private newestMs = 0;
  private lineMs = 0;

  constructor(
    private readonly maxAgeMs: number,
    private readonly nameOnly: boolean,
  ) {}

  get size(): number {
    return this.seen.size;
  }

  /** Files with an earlier modification time are ignored. */
  get purgeLineMs(): number {
    return this.lineMs;
  }

  add(path: string, modifiedMs: number): void {
    this.seen.set(this.keyOf(path), modifiedMs);
    if (modifiedMs > this.newestMs) this.newestMs = modifiedMs;
  }

  has(path: string): boolean {
    return this.seen.has(this.keyOf(path));
  }

  /** Exactly on the line a file is still taken. */
  isNew(path: string, modifiedMs: number): boolean {
    return modifiedMs >= this.lineMs && !this.has(path);
  }

  /** Moves the line and forgets what lies below it; answers how many. */
  purge(): number {
    this.lineMs = Math.max(0, this.newestMs - this.maxAgeMs);
    const before = this.seen.size;
    if (this.lineMs > 0) {
      for (const [key, modifiedMs] of this.seen)
        if (modifiedMs < this.lineMs) this.seen.delete(key);
    }
    return before - this.seen.size;
  }

  /** What makes two paths the same file. */
  keyOf(path: string): string {
    return this.nameOnly ? path.slice(path.lastIndexOf('/') + 1) : path;
  }
}
