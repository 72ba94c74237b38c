import type { OperatorFunction } from 'rxjs';
import type { DimensionsOf, Flat } from '../lib/plan/groupedRow.js';
import { groupingOf } from '../lib/plan/grouping.js';
import { DataStream, planOf } from '../lib/stream/dataStream.js';
import { aggregateNode } from './aggregate.js';
import { count as countRows } from './aggregates/count.js';
import { foldOf } from './internal/fold.js';

/**
 * Counts the rows of each group: `aggregate((rows) => ({ count: rows.count() }))`.
 *
 * Out:    `{ key?, window?, count }`; everything else as `aggregate`.
 *
 * @example
 * words.pipe(groupByKey((w) => w), outputMode('update'), count()); // { key: 'rx', count: 2 }
 * @since 0.1.0
 */
export function count<S>(): OperatorFunction<S, Flat<DimensionsOf<S> & { count: number }>> {
  const set = { count: countRows() };
  const fold = foldOf('count', set);
  return (source) => new DataStream(aggregateNode('count', groupingOf(planOf(source)), set, fold));
}
