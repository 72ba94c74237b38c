import type { FileSystem } from '../checkpoint/fileSystem.js';
import type { MaybePromise } from '../maybe.js';
import type { StructType } from '../schema/types.js';

/** Anything that survives JSON: offsets are written to the checkpoint as JSON. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Rows in the order of the source, in arrays of any length. */
export type RowChunks<T> = Iterable<readonly T[]> | AsyncIterable<readonly T[]>;

/** A folder that the query itself writes. */
export interface WrittenFolder {
  /** What writes there: the sink's description, or 'the checkpoint'. */
  readonly output: string;
  /** As the user gave it. */
  readonly folder: string;
  /** Names of files as they will be there, below the folder: one of each kind. */
  readonly files: readonly string[];
  /** File sources see only what the manifest in the folder names. */
  readonly hasManifest?: boolean;
}

/**
 * An immutable description of a source, given to `readStream`. Nothing is opened before a query or a
 * subscription starts; two queries on one description open two sources.
 */
export interface StreamSource<T> {
  /** 'json', 'socket', 'rate', …: for explain and progress. */
  readonly kind: string;
  /** As in progress: `FileStreamSource[events/]`. Without secrets. */
  readonly description: string;
  /** Type of the rows, where the source knows it. */
  readonly schema?: StructType;
  /** Whether the same range gives the same rows again, also after a restart. */
  readonly replayable: boolean;
  /** Whether the source ends by itself: `readBatch` and a live subscription read finite sources. */
  readonly finite?: boolean;
  /** What must not change between two runs on one checkpoint (path, topic); compared as JSON. */
  readonly signature?: Json;
  /** Before the query starts: throws if the source would read what the query itself writes. */
  refuseOwnOutput?(written: readonly WrittenFolder[]): void;
  open(ctx: SourceContext): MaybePromise<Source<T>>;
  /** Phantom: the row type. */
  readonly row?: T;
}

/** What a source gets when it is opened. */
export interface SourceContext {
  /** Stable name of the source in the query: `0`, `1`, … in plan order. */
  readonly sourceId: string;
  /** A folder of its own inside the checkpoint, or undefined without a checkpoint. */
  readonly directory: string | undefined;
  readonly fileSystem: FileSystem;
  /** Newest planned end offset of this source, if the query has run before; else null. */
  readonly resumeFrom: Json;
  /** Processing time in ms since the epoch, from the query's clock. */
  now(): number;
  /** Tells the query that rows have arrived. May be called at any time, also synchronously. */
  wake(): void;
}

/**
 * A running source.
 *
 * - Ranges are half open: `read(after, upTo)` MUST give the rows after `after` (null: from the
 *   beginning) up to and including `upTo`, and the same rows each time it is called with the same
 *   range, also after a restart, if the source says `replayable`.
 * - `latestOffset` MUST answer null, or `start` itself, when nothing is new.
 * - `latestOffset(start, 'one batch')` MUST respect the source's own rate limits (`maxFilesPerTrigger`
 *   …); `'everything'` ignores them.
 * - After `fixEnd`, `latestOffset` MUST NOT pass what was there at that moment (`availableNow`).
 * - `commit(upTo)`: everything up to `upTo` may be forgotten. It comes after the commit of the batch.
 * - `close` twice is fine; nothing follows it.
 * - Offsets are JSON; the source decides what they mean.
 */
export interface Source<T, O extends Json = Json> {
  latestOffset(start: O | null, limit: 'one batch' | 'everything'): MaybePromise<O | null>;
  read(after: O | null, upTo: O, report: SourceReport): RowChunks<T>;
  commit(upTo: O): MaybePromise<void>;
  close(): MaybePromise<void>;
  fixEnd(): MaybePromise<void>;
  /** True once no row will ever come again (a live source that completed). */
  readonly completed?: boolean;
  /** Answers once the source has completed or failed: `readBatch` waits for it. Absent: it reads what is there. */
  whenCompleted?(): MaybePromise<void>;
  /** Ask again after this long when idle (folders); absent: the source calls `wake`. */
  readonly pollIntervalMs?: number;
  /** Extra figures for `sources[].metrics` in progress. */
  metrics?(): Readonly<Record<string, string>>;
}

/** Where a source puts what it could not turn into a row. */
export interface SourceReport {
  /** A record that could not be decoded: to the failed output, or fails the batch, by policy. */
  failed(raw: unknown, error: Error): void;
  /** Records dropped by the source's own mode (DROPMALFORMED, a full buffer), counted. */
  dropped(count: number): void;
}
