import type { MaybePromise } from '../maybe.js';
import type { Entry } from './entry.js';

/**
 * Typed state reached by key.
 *
 * A key is null, boolean, number, bigint, string, Date, Uint8Array, or an array or plain object of
 * those. `undefined` is null; −0 is 0; NaN equals NaN; 1, 1n and '1' are three keys.
 *
 * - `find`, `insert`, `touch`, `remove` MUST answer synchronously and see this batch's changes.
 * - `insert` of a key that is there is a mistake of the stage; call `find` first.
 * - `loadAll` MUST be called in a stage's `prepare`, and awaited, before `entries` is used in a batch.
 * - Nothing is durable before the backend's commit; an abort forgets all changes of the batch.
 */
export interface KeyedTable<V> {
  find(key: unknown): Entry<V> | undefined;
  /** A shorter way to entries, for this turn; undefined: there is none. */
  changedEntries(): ChangedEntries<V> | undefined;
  insert(key: unknown, value: V): Entry<V>;
  /** What `find` gives, or else inserted with zero; quicker than the two. */
  findOrInsert(key: unknown, fold: Zero<V>): Entry<V>;
  /** Records that `entry.value` has changed. Cheap when it was already recorded in this batch. */
  touch(entry: Entry<V>): void;
  remove(entry: Entry<V>): void;
  /** Entries inserted or touched in this turn and not removed, in order of the first change. */
  touched(): readonly Entry<V>[];
  loadAll(): MaybePromise<void>;
  /** Every entry, this batch's changes included, in no particular order. Needs `loadAll`. */
  entries(): Iterable<Entry<V>>;
  /** Number of entries, this batch's changes included. */
  readonly size: number;
}

/**
 * Typed state laid out by time before key, so that eviction costs what is evicted.
 *
 * As {@link KeyedTable}, with a time (ms, any finite number, halves allowed) before the key.
 * - `load(upTo)` MUST be called in a stage's `prepare`, and awaited, before `due(upTo)`.
 * - `due(upTo)` gives the entries with time <= upTo, in order of time, this batch's changes
 *   included; entries may be removed while iterating, and ones inserted meanwhile with a time not
 *   yet passed are visited.
 * - `takeDue(upTo)` removes the same entries, a time after the other, and gives those of each time, in no
 *   particular order; nothing may be inserted up to there meanwhile.
 */
export interface TimedTable<V> {
  find(time: number, key: unknown): Entry<V> | undefined;
  /** A shorter way to entries of one time, for this turn; undefined: there is none. */
  changedAt(time: number): ChangedEntries<V> | undefined;
  /**
   * Merges values into the entries of one time, under keys that differ, as if each were found or inserted with
   * zero, and touched; what changes so need not be among `touched`. False, and nothing done: do that.
   */
  mergeAll(time: number, pairs: Pairs<V>, fold: Merging<V>): boolean;
  insert(time: number, key: unknown, value: V): Entry<V>;
  touch(entry: Entry<V>): void;
  remove(entry: Entry<V>): void;
  touched(): readonly Entry<V>[];
  load(upTo: number): MaybePromise<void>;
  due(upTo: number): Iterable<Entry<V>>;
  takeDue(upTo: number): Iterable<readonly Entry<V>[]>;
  loadAll(): MaybePromise<void>;
  entries(): Iterable<Entry<V>>;
  /** The smallest time in the table. Exact after `load`; used to know when the next timer is due. */
  firstTime(): MaybePromise<number | undefined>;
  readonly size: number;
}

/** A key and its value at the same index. */
export interface Pairs<V> {
  readonly keys: readonly unknown[];
  readonly values: readonly V[];
}

/** What an entry begins with. */
export interface Zero<V> {
  zero(): V;
}

/** How a stage merges a value into one that is there; both may change the first argument. */
export interface Merging<V> extends Zero<V> {
  merge(value: V, later: V): V;
}

/** Entries that this turn has changed, in a timed table of one time: the rows of a group often follow each other. */
export interface ChangedEntries<V> {
  /** An entry that may be changed again without `touch`; undefined: ask the table. */
  changed(key: unknown): Entry<V> | undefined;
}

/**
 * How a value is kept on disk. Without one, values are stored by the self-describing codec: null,
 * boolean, number, bigint, string, Date, Uint8Array, Decimal, TimeWindow, arrays, Maps, Sets and
 * plain objects of those.
 */
export interface TableOptions<V> {
  /** Turns a value into what the self-describing codec can keep, and back. */
  readonly toStored?: (value: V) => unknown;
  readonly fromStored?: (stored: unknown) => V;
  /** Where in what `toStored` gives the value of a user's program stands, as `[0]`; for errors. */
  readonly userValueAt?: string;
  /** Default true: counted in `numRowsTotal` of the operator. Indexes are not. */
  readonly counted?: boolean;
  /**
   * Default true: entries stay in memory while the cache has room. With false they leave it with the
   * commit that writes them: for an index that is read once, when it is due.
   */
  readonly cached?: boolean;
  /**
   * Default false. With true, of a timed table: entries of one time come and go together, and what a batch
   * changes of them is written together. `load` MUST then be called before anything is asked for in a batch,
   * and nothing may be inserted while `due` is iterated.
   */
  readonly paged?: boolean;
}

/** The state of one operator: tables by name. Asking twice for a name gives the same table. */
export interface StateStore {
  keyed<V>(name: string, options?: TableOptions<V>): KeyedTable<V>;
  timed<V>(name: string, options?: TableOptions<V>): TimedTable<V>;
  /**
   * Whether a batch's changes are written somewhere: then a large value is worth keeping in parts, of
   * which only the changed ones are written.
   */
  readonly writesChanges: boolean;
  /** The tables that the operator has asked for. */
  readonly names: readonly { readonly name: string; readonly kind: 'keyed' | 'timed' }[];
  /** Sum over the counted tables; for progress. */
  readonly metrics: StateMetrics;
}

export interface StateMetrics {
  readonly numRowsTotal: number;
  readonly numRowsUpdated: number;
  readonly numRowsRemoved: number;
  /** Estimate of the memory that cached entries take. */
  readonly memoryUsedBytes: number;
  /** Entries read from the store below in this batch: what a batch costs. */
  readonly numEntriesRead: number;
}
