import { unpackedPair } from './packedPair.js';

/**
 * One entry of a state table: what a stage holds while it works on a key.
 *
 * A stage MAY change `value` in place or assign it, and MUST then call the table's `touch`, in the
 * same batch, before the next lookup. It MUST NOT keep an entry beyond the end of the batch. All else is
 * kept by the table, and read with {@link entryKey}, {@link entryTime} and {@link isDirty}.
 *
 * A plain object: V8 puts literals that turn out to live long where old objects are at once, and
 * instances of a class never (docs/performance.md).
 */
export interface Entry<V> {
  value: V;
  readonly mapKey: unknown;
  readonly keptKey: unknown;
  readonly keptTime: number | undefined;
  readonly marks: number;
}

/** Set in `marks` of an entry that has changed since the last commit. */
export const dirtyMark = 1;

/**
 * The key of an entry, as the program gave it.
 *
 * @example
 * for (const entry of table.entries()) console.log(entryKey(entry), entry.value);
 *
 * @since 0.1.0
 */
export function entryKey(entry: Entry<unknown>): unknown {
  return entry.keptKey === undefined ? unpackedPair(entry.mapKey as number) : entry.keptKey;
}

/**
 * The time part of the key in ms; NaN in a {@link KeyedTable}.
 *
 * @example
 * for (const entry of timers.due(upTo)) fire(entryKey(entry), entryTime(entry));
 *
 * @since 0.1.0
 */
export function entryTime(entry: Entry<unknown>): number {
  return entry.keptTime === undefined ? Number.NaN : entry.keptTime;
}

/** The time of entries that share it; NaN: there are none. */
export function sharedTime([first]: readonly Entry<unknown>[]): number {
  return first === undefined ? Number.NaN : entryTime(first);
}

/**
 * Whether an entry has changed since the last commit.
 *
 * @example
 * for (const entry of timers.due(upTo)) if (!isDirty(entry)) fire(entryKey(entry), entryTime(entry));
 *
 * @since 0.1.0
 */
export function isDirty(entry: Entry<unknown>): boolean {
  return (entry.marks & dirtyMark) !== 0;
}
