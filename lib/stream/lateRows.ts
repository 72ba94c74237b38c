import type { Observable } from 'rxjs';
import type { LateRow } from '../query/sideRows.js';
import { DataStream } from './dataStream.js';
import { lateSubjectOf } from './lateSubjects.js';

/**
 * The late rows of live subscriptions: what `late$` is to a query.
 *
 * In:     a stream.
 * Out:    the late rows of its operators in every live subscription from now on, to that stream or to a
 *         longer pipe of it, each in the tick in which it came; `batchId` is 0. Hot; does not complete, because the stream may be subscribed to again. A
 *         query on the same stream has a `late$` of its own.
 * Errors: TypeError for an Observable that is no stream, as behind `defer`.
 * Source: semantics/spark.md 1.7 (watermark).
 * @example
 * const perMinute = readStream(clicks$).pipe(withWatermark('at', '10 seconds'), window('1 minute'), count());
 * lateRows(perMinute).subscribe(({ row, watermarkMs }) => console.log('late', row, watermarkMs));
 * perMinute.subscribe(console.log);
 * @since 0.1.0
 */
export function lateRows(stream: Observable<unknown>): Observable<LateRow> {
  if (!(stream instanceof DataStream)) {
    throw new TypeError(
      `lateRows takes a stream: what readStream or an operator behind it gives, not ${String(stream)}`,
    );
  }
  return lateSubjectOf(stream.plan).asObservable();
}
