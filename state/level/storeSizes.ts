import { getHeapStatistics } from 'node:v8';

/** How much memory the state of one query takes, beside what a batch changes. */
export interface StoreSizes {
  /** Decoded entries. */
  readonly cacheEntries: number;
  /** Keys that a table is known to have or not, ten bits each. */
  readonly filteredKeys: number;
  /** Bytes of LevelDB's log in memory; twice that while a table is written. */
  readonly writeBufferSize: number;
  /** Bytes of LevelDB's cache of blocks. */
  readonly cacheSize: number;
}

const megabyte = 1024 * 1024;

/** Larger ones read no faster: decoded entries are kept before it, and LevelDB's files by the system behind it. */
const cacheSize = 8 * megabyte;

/** A decoded entry takes about 200 bytes, and as much again until it is collected. */
const heapPerEntry = 1600;
/** What the program takes without any state. */
const heapWithoutState = 32 * megabyte;

/** Sizes for a heap of so many bytes: a small one says that memory is scarce outside it too. */
function sizesFor(heapLimit: number): StoreSizes {
  const entries = Math.floor((heapLimit - heapWithoutState) / heapPerEntry);
  const cacheEntries = Math.min(200_000, Math.max(10_000, entries));
  if (heapLimit < 512 * megabyte) {
    const filteredKeys = 16_000_000;
    return { cacheEntries, filteredKeys, writeBufferSize: 8 * megabyte, cacheSize };
  }
  const filteredKeys = 64_000_000;
  return { cacheEntries, filteredKeys, writeBufferSize: 16 * megabyte, cacheSize };
}

export function defaultSizes(): StoreSizes {
  return sizesFor(getHeapStatistics().heap_size_limit);
}
