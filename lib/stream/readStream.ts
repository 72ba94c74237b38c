import { isObservable, type Observable } from 'rxjs';
import { type OptionNames, requireKnownOptions } from '../options/knownOptions.js';
import { oneOf } from '../options/optionValues.js';
import type { StreamSource } from '../sources/source.js';
import { DataStream } from './dataStream.js';
import type { LiveOptions } from './liveSource.js';
import { liveSourceNode } from './liveSourceNode.js';
import { type RowPolicy, rowPolicies, sourceNode } from './sourceNode.js';

/** Options of {@link readStream}. */
export interface ReadStreamOptions extends LiveOptions {
  /** What happens to records that cannot be decoded; default: as the query's `failedRows` says. */
  readonly badRecords?: RowPolicy;
}

const optionNames: OptionNames<ReadStreamOptions> = {
  name: true,
  bufferSize: true,
  whenFull: true,
  badRecords: true,
};

/**
 * Makes a stream of a source, or of any Observable.
 *
 * In:     `jsonFiles(…)`, `rate(…)`, `memoryStream()` …, or an Observable (a *live source*: rows wait in
 *         a buffer of `bufferSize` rows between two batches; rows received but not committed are lost
 *         in a crash).
 * Out:    a stream of its rows; nothing is opened before it is subscribed to or written.
 * Source: semantics/spark.md 1.1, 1.2.
 * @example
 * const events = readStream(jsonFiles('events/', { schema: 'time TIMESTAMP, action STRING' }));
 * const clicks = readStream(clicks$, { bufferSize: 10_000, whenFull: 'dropOldest' });
 * @since 0.1.0
 */
export function readStream<T>(
  source: StreamSource<T> | Observable<T>,
  options: ReadStreamOptions = {},
): DataStream<T> {
  requireKnownOptions('readStream', options, optionNames);
  if (options.badRecords !== undefined) {
    oneOf('readStream', 'badRecords', options.badRecords, rowPolicies);
  }
  if (source instanceof DataStream) return source as DataStream<T>;
  // RxJS's own test, as everywhere here: of another copy of rxjs, too.
  if (isObservable(source)) {
    const node = { ...liveSourceNode(source, options), badRecords: options.badRecords };
    return new DataStream<T>(node);
  }
  if (typeof (source as Partial<StreamSource<T>> | undefined)?.open !== 'function') {
    throw new TypeError(`readStream takes a source or an Observable, not ${String(source)}`);
  }
  return new DataStream<T>(
    sourceNode(source as StreamSource<unknown>, undefined, options.badRecords),
  );
}
