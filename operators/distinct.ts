import type { MonoTypeOperatorFunction } from 'rxjs';
import { type DropDuplicatesOptions, dropDuplicates } from './dropDuplicates.js';

/**
 * Passes each different row once: {@link dropDuplicates} over all columns.
 *
 * In:     rows of `T`, compared by value.
 * Out:    the first of equal rows, unchanged; order kept.
 * State:  one entry per different row: forever, or with `eventTime: true` (the event time is one of
 *         the columns) until the watermark passes it.
 * Errors: as `dropDuplicates`.
 * Source: semantics/spark.md part 6: `Dataset.distinct`.
 *
 * @example
 * events.pipe(select((e) => ({ user: e.user })), distinct());
 * @since 0.1.0
 */
export function distinct<T>(options?: DropDuplicatesOptions<T>): MonoTypeOperatorFunction<T> {
  return dropDuplicates<T>(options);
}
