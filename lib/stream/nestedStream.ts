import { StreamingError } from '../errors.js';

/** How many rx nodes of queries are running user code in this tick, on this stack. */
let insideQuery = 0;

/** Runs `body` as part of an rx node of a query. */
export function insideRxNode<T>(body: () => T): T {
  insideQuery += 1;
  try {
    return body();
  } finally {
    insideQuery -= 1;
  }
}

/** Which query with a checkpoint is subscribing to one of its Observables on this stack. */
let durableQuery: string | undefined;

/** Runs `body`, which subscribes to the Observables of a query that has a checkpoint. */
export function insideDurableSource<T>(query: string, body: () => T): T {
  durableQuery = query;
  try {
    return body();
  } finally {
    durableQuery = undefined;
  }
}

/** A DataStream subscribed to from inside a query would run beside its checkpoint: refused. */
export function refuseNestedStream(): void {
  if (insideQuery > 0) throw new StreamingError('NESTED_STREAM', {});
  if (durableQuery !== undefined) {
    throw new StreamingError('PLAN_LOST', { name: `query ${durableQuery}` });
  }
}
