import type { Observable, OperatorFunction } from 'rxjs';
import { DataStream, planOf } from '../lib/stream/dataStream.js';
import { isRxNode } from '../lib/stream/rxNode.js';

/**
 * Gives an RxJS operator a name in errors, `explain()` and metrics.
 *
 * In/Out: those of `operator`.
 * Errors: TypeError for an operator of Millrace: it has a name of its own, such as `select-0`.
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
    const result: Observable<unknown> = operator(stream);
    // What gives its source back has no node: the one above it keeps its name.
    if (result === stream || !(result instanceof DataStream)) return result as Observable<B>;
    if (!isRxNode(result.plan)) throw notOfRxjs(name, result.plan.kind);
    return new DataStream<B>({ ...result.plan, label: name } as typeof result.plan);
  };
}

function notOfRxjs(name: string, kind: string): TypeError {
  return new TypeError(
    `named takes an RxJS operator, got one that ends with ${kind}, which explain() and errors call by a name of its own: leave '${name}' out, or put named around the RxJS operator alone`,
  );
}
