import type { Observable, OperatorFunction } from 'rxjs';
import { DataStream, planOf } from '../lib/stream/dataStream.js';
import { isRxNode } from '../lib/stream/rxNode.js';

/**
 * Gives an RxJS operator a name in errors, `explain()` and metrics.
 *
 * In/Out: those of `operator`.
 * @example
 * orders.pipe(named('enrich', mergeMap((o) => fetchCustomer(o), 8)));
 * @since 0.1.0
 */
export function named<A, B>(
  name: string,
  operator: OperatorFunction<A, B>,
): OperatorFunction<A, B> {
  if (typeof name !== 'string' || name === '' || typeof operator !== 'function') {
    throw new TypeError(
      `named takes a name and an RxJS operator, got ${JSON.stringify(name)} and ${typeof operator}: named('enrich', mergeMap(…))`,
    );
  }
  return (source: Observable<A>) => {
    // Wrapped once here, so that the operator and the check below see the same plan.
    const stream = source instanceof DataStream ? source : new DataStream<A>(planOf(source));
    const result = operator(stream);
    if (!(result instanceof DataStream) || !isRxNode(result.plan)) return result;
    return new DataStream<B>({ ...result.plan, label: name } as typeof result.plan);
  };
}
