import { outputModes } from '../plan/outputMode.js';
import type { StreamSink } from './sink.js';

/**
 * Takes every row and keeps none: for benchmarks and for queries whose operators do the work.
 *
 * In:     any mode.
 * Source: semantics/spark.md 1.3.
 *
 * @example
 * writeStream(counts, { sink: noopSink() });
 *
 * @since 0.1.0
 */
export function noopSink(): StreamSink<unknown> {
  return {
    kind: 'noop',
    description: 'NoopSink',
    modes: outputModes,
    open: () => ({ addBatch: () => undefined, addRow: () => true, close: () => undefined }),
  };
}
