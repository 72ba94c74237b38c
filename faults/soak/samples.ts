import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { defaultSizes } from '../../state/level/storeSizes.js';

const mebibyte = 1024 * 1024;
/** Slope that counts as a leak (MB a minute), and growth that is noise (MB). */
const mostSlope = 1;
const noise = 6;
/**
 * Before LevelDB has filled its log, written it as a table and merged the first tables, every checkpoint
 * grows (MB): a log being written, one being merged, and the table that comes of it.
 */
const settled = (3 * defaultSizes().writeBufferSize) / mebibyte;

/** Figures of one life, over time. */
export class Samples {
  private readonly heap: [minute: number, mb: number][] = [];
  private readonly rss: number[] = [];
  private readonly files: number[] = [];
  private readonly disk: number[] = [];

  add(minute: number, sample: { heap: number; rss: number; files: number }, folder: string): void {
    this.heap.push([minute, sample.heap / mebibyte]);
    this.rss.push(sample.rss / mebibyte);
    this.files.push(sample.files);
    this.disk.push(bytesIn(folder) / mebibyte);
  }

  get count(): number {
    return this.heap.length;
  }

  /** The last two thirds of a life: the first is warm-up. */
  get figures() {
    const from = Math.floor(this.heap.length / 3);
    const heap = this.heap.slice(from);
    const slope = slopeOf(heap);
    const first = heap[0]?.[0] ?? 0;
    const minutes = (heap.at(-1)?.[0] ?? 0) - first;
    return {
      slope,
      grown: slope * minutes,
      rss: Math.max(0, ...this.rss),
      files: spanOf(this.files.slice(from)),
      diskFirst: Math.max(0, ...this.disk.slice(0, Math.ceil(this.disk.length / 2))),
      diskLast: Math.max(0, ...this.disk.slice(Math.ceil(this.disk.length / 2))),
    };
  }

  /** What is not flat. */
  get flaw(): string | undefined {
    const { slope, grown, files, diskFirst, diskLast } = this.figures;
    if (slope > mostSlope && grown > noise)
      return `the heap grows by ${slope.toFixed(1)} MB a minute`;
    if (files > 10) return `open files go up and down by ${files}`;
    if (diskLast > Math.max(diskFirst, settled) * 1.3 + noise) {
      return `the checkpoint grows from ${diskFirst.toFixed(1)} to ${diskLast.toFixed(1)} MB`;
    }
    return undefined;
  }
}

function spanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : Math.max(...values) - Math.min(...values);
}

/** Least squares. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  if (points.length < 2) return 0;
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const above = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const below = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return below === 0 ? 0 : above / below;
}

function bytesIn(folder: string): number {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries.reduce((sum, entry) => sum + sizeOf(entry, folder), 0);
  } catch {
    return 0; // a folder that went while it was listed
  }
}

function sizeOf(entry: { name: string; path: string; isFile(): boolean }, folder: string): number {
  if (!entry.isFile()) return 0;
  try {
    return statSync(join(entry.path ?? folder, entry.name)).size;
  } catch {
    return 0; // purged meanwhile
  }
}
