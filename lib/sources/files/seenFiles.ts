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
  /** In the order in which they were planned; what has been forgotten may still be there. */
  private readonly seen = new Map<string, number>();
  private newestMs = 0;
  private lineMs = 0;

  constructor(
    private readonly maxAgeMs: number,
    private readonly nameOnly: boolean,
  ) {}

  /** Forgotten files that are still there count. */
  get size(): number {
    return this.seen.size;
  }

  /** Files with an earlier modification time are ignored. */
  get purgeLineMs(): number {
    return this.lineMs;
  }

  add(path: string, modifiedMs: number): void {
    const key = this.keyOf(path);
    this.seen.delete(key); // a name that comes again goes to the end
    this.seen.set(key, modifiedMs);
    if (modifiedMs > this.newestMs) this.newestMs = modifiedMs;
  }

  has(path: string): boolean {
    return (this.seen.get(this.keyOf(path)) ?? Number.NEGATIVE_INFINITY) >= this.lineMs;
  }

  /** Exactly on the line a file is still taken. */
  isNew(path: string, modifiedMs: number): boolean {
    return modifiedMs >= this.lineMs && !this.has(path);
  }

  /**
   * Moves the line and forgets what lies below it; answers how many have left. It is asked at each look
   * into the folder, and a week of files may be many: files are mostly planned in order of time, so only
   * those at the front are looked at. One that is older than one before it leaves with that one.
   */
  purge(): number {
    const lineMs = Math.max(0, this.newestMs - this.maxAgeMs);
    if (lineMs === this.lineMs) return 0;
    this.lineMs = lineMs;
    const before = this.seen.size;
    for (const [key, modifiedMs] of this.seen) {
      if (modifiedMs >= lineMs) break;
      this.seen.delete(key);
    }
    return before - this.seen.size;
  }

  /** What makes two paths the same file. */
  keyOf(path: string): string {
    return this.nameOnly ? path.slice(path.lastIndexOf('/') + 1) : path;
  }
}
