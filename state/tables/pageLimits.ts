import { maxValueBytes } from '../codec/valueTags.js';

/** How much a paged table has where. */
export interface PageLimits {
  /** So many entries of pages are in memory at most, once a batch is committed. */
  readonly inMemory: number;
  /** So many are in pages at most, once it is: a batch that asks for a key of each time reads all of them. */
  readonly inAll: number;
  /** Bytes of a page; an entry that has more has a page of its own. */
  readonly pageBytes: number;
  /** An entry that may have more is stored alone: whether it fits is then for it to say, without key and page. */
  readonly entryBytes: number;
  /** Up to so many entries, in no more than a page's bytes, superseded ones are left where they are. */
  readonly superseded: number;
}

/** The limits where the cache has room for so many entries. */
export function pageLimitsFor(cacheEntries: number): PageLimits {
  return {
    inMemory: Math.floor(cacheEntries / 2),
    inAll: 2 * cacheEntries,
    pageBytes: 64 * 1024,
    entryBytes: maxValueBytes - 64,
    superseded: 64,
  };
}
