/**
 * What a batch hands to the sink.
 *
 * - `append`: a result row once, when it can no longer change.
 * - `update`: the rows that this batch changed.
 * - `complete`: the whole result table.
 *
 * Source: semantics/spark.md 1.4.
 */
export type OutputMode = 'append' | 'update' | 'complete';

export const outputModes: readonly OutputMode[] = ['append', 'update', 'complete'];
