import type { PlainValues } from './plainValues.js';

/** Stored values as values of rows; in order, and as many. */
export type ConvertValues = (values: PlainValues) => readonly unknown[];

/** All entries of one leaf in one row group. */
export interface LeafColumn {
  readonly entries: number;
  /** By entry; undefined: every entry has a value. */
  readonly definitions: Int32Array | undefined;
  /** By entry; undefined: no repetition. */
  readonly repetitions: Int32Array | undefined;
  /** Of the entries whose definition level is the highest. */
  readonly values: readonly unknown[];
  /** Whether a `BadCell` is among the values. */
  readonly bad: boolean;
}
