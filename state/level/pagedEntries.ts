import { canonicalKey } from '../../lib/state/canonicalKey.js';
import { ByteWriter } from '../codec/byteWriter.js';
import { writeKey } from '../codec/keyCodec.js';
import type { Page } from '../tables/pagedTable.js';

/** An entry of a timed table. */
export interface TimedStoredEntry {
  readonly key: unknown;
  readonly time: number;
  readonly value: unknown;
}

/**
 * The entries of a paged table in order of time and key: those in `pages`, and those that are stored one by one,
 * both in order of time and of number or key. No time is in both.
 */
export async function* pagedEntries(
  pages: AsyncIterable<TimedStoredEntry>,
  single: AsyncIterable<TimedStoredEntry>,
): AsyncIterable<TimedStoredEntry> {
  const alone = single[Symbol.asyncIterator]();
  let next = await alone.next();
  for await (const entries of timesOf(pages)) {
    const [first] = entries;
    for (; !next.done && first && next.value.time < first.time; next = await alone.next()) {
      yield next.value;
    }
    yield* entries;
  }
  for (; !next.done; next = await alone.next()) yield next.value;
}

/** What pages have at each time, by key. */
async function* timesOf(
  pages: AsyncIterable<TimedStoredEntry>,
): AsyncIterable<readonly TimedStoredEntry[]> {
  let time = Number.NaN;
  let entries = new Map<unknown, TimedStoredEntry>();
  for await (const page of pages) {
    if (page.time !== time) {
      yield byKey(entries);
      time = page.time;
      entries = new Map();
    }
    const pairs = (page.value as Page) ?? [];
    for (let i = 0; i < pairs.length; i += 2) {
      const [key, value] = [pairs[i], pairs[i + 1]];
      entries.set(canonicalKey(key, 'pages'), { key, time, value });
    }
  }
  yield byKey(entries);
}

function byKey(entries: ReadonlyMap<unknown, TimedStoredEntry>): readonly TimedStoredEntry[] {
  const named = Array.from(entries.values(), (entry) => ({ entry, bytes: bytesOf(entry.key) }));
  named.sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  return named.map(({ entry }) => entry);
}

function bytesOf(key: unknown): Uint8Array {
  const out = new ByteWriter(64);
  writeKey(out, key);
  return Uint8Array.from(out.content());
}
