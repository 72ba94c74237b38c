import { crc32 } from '../codec/crc32.js';
import type { ScanVisitor } from './backgroundScan.js';
import { filtersFromBytes, filtersToBytes } from './filterFile.js';
import { KeyFilter } from './keyFilter.js';

/** The filters of all tables of a store, by table. */
export class KeyFilters implements ScanVisitor {
  private filters = new Map<number, KeyFilter>();

  /** @param atMost keys of a table, then its filter gives up. */
  constructor(private readonly atMost: number) {}

  /** The filter of a table; of one that is not known key by key only if it is empty. */
  of(table: number, isEmpty: boolean): KeyFilter | undefined {
    const known = this.filters.get(table);
    return known === undefined && isEmpty ? this.add(table).completed() : known;
  }

  /** A filter that is not complete before all keys have been read. */
  add(table: number): KeyFilter {
    const filter = new KeyFilter(this.atMost);
    this.filters.set(table, filter);
    return filter;
  }

  /** Takes what a clean stop has left, if it is of this commit. */
  take(bytes: Uint8Array, commit: string): void {
    this.filters = filtersFromBytes(bytes, commit, this.atMost);
  }

  /** For `take` after this commit; undefined: nothing is known. */
  toBytes(commit: string): Uint8Array | undefined {
    return filtersToBytes(commit, this.filters);
  }

  [Symbol.iterator](): Iterator<readonly [number, KeyFilter]> {
    return this.filters.entries();
  }

  entry(table: number, key: Uint8Array): void {
    this.filters.get(table)?.add(crc32(key));
  }

  done(): void {
    for (const filter of this.filters.values()) filter.completed();
  }
}
