import type { FoundFile } from './listFiles.js';
import type { SeenFiles } from './seenFiles.js';

/** More than this many listed files are not kept between batches; they are listed again. */
const maxCached = 10_000;
/** What is left of a listing is only used while it fills this share of a batch. */
const worthKeeping = 0.2;

export interface UnreadOptions {
  readonly list: (isKnown: (path: string) => boolean) => Promise<FoundFile[]>;
  readonly latestFirst: boolean;
  readonly maxFiles: number;
}

/**
 * The files that a source may plan next, in order: oldest first, or newest first; equal times by path.
 *
 * A listing is kept while it lasts, since listing is the cost of large folders; not with `latestFirst`,
 * where a file that came since would be next. After `fix` nothing is listed any more.
 *
 * Source: semantics/spark.md 2.16 and 3.12 ("unread cache").
 */
export class UnreadFiles {
  /** In reverse: the next file is the last one. */
  private queue: FoundFile[] = [];
  private fixed = false;
  private listed = false;

  constructor(
    private readonly seen: SeenFiles,
    private readonly options: UnreadOptions,
  ) {}

  /** Begins a batch: drops a listing that is not worth keeping. */
  beginBatch(): void {
    if (this.fixed) return;
    const { latestFirst, maxFiles } = this.options;
    const useful = !latestFirst && this.queue.length >= worthKeeping * maxFiles;
    if (!useful) this.queue = [];
    this.listed = useful && this.queue.length > 0;
  }

  /** Ends a batch: bounds what is kept. */
  endBatch(): void {
    if (!this.fixed && this.queue.length > maxCached) this.queue = this.queue.slice(-maxCached);
  }

  /** The next file, which is then planned or put back. */
  async next(): Promise<FoundFile | undefined> {
    if (this.queue.length === 0 && !this.listed) await this.list();
    return this.queue.pop();
  }

  putBack(file: FoundFile): void {
    this.queue.push(file);
  }

  /** Lists for the last time. */
  async fix(): Promise<void> {
    await this.list();
    this.fixed = true;
  }

  private async list(): Promise<void> {
    this.listed = true;
    if (this.fixed) return;
    const found = await this.options.list((path) => this.seen.has(path));
    const fresh = found.filter((file) => this.seen.isNew(file.path, millisOf(file)));
    const sign = this.options.latestFirst ? 1 : -1;
    this.queue = this.distinct(fresh.sort((a, b) => sign * inOrderOfTime(a, b)));
  }

  /** With `fileNameOnly` one listing may have the same file twice: the one that is next counts. */
  private distinct(queue: readonly FoundFile[]): FoundFile[] {
    const last = new Map(queue.map((file) => [this.seen.keyOf(file.path), file]));
    return queue.filter((file) => last.get(this.seen.keyOf(file.path)) === file);
  }
}

export function millisOf(file: { readonly modifiedNs: bigint | string }): number {
  return Number(BigInt(file.modifiedNs) / 1_000_000n);
}

/** By UTF-16 code units, not by locale: the same on every machine. */
function inOrderOfTime(a: FoundFile, b: FoundFile): number {
  if (a.modifiedNs !== b.modifiedNs) return a.modifiedNs < b.modifiedNs ? -1 : 1;
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
