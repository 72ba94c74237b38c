import { Observable, type Operator, type TeardownLogic } from 'rxjs';
import type { PlanNode } from '../plan/planNode.js';
import { subscribeLive } from './liveRun.js';
import { liveSourceNode } from './liveSourceNode.js';
import { requireStream } from './requireStream.js';
import { rxNode } from './rxNode.js';

/**
 * An Observable that knows its plan: subscribed, it runs as any Observable (continuous, no
 * checkpoint); given to `writeStream`, its plan is run as a query.
 *
 * Immutable; every Millrace operator gives a new one with one more node. RxJS operators keep the plan
 * through `lift`.
 *
 * @example
 * const stream = readStream(clicks$);
 * const kept = stream.pipe(where((c) => c.user !== '')); // a DataStream again, one node longer
 * console.log(kept instanceof DataStream, kept instanceof Observable); // true true
 * @since 0.1.0
 */
export class DataStream<T> extends Observable<T> {
  constructor(readonly plan: PlanNode) {
    super((subscriber) => subscribeLive(plan, subscriber as never) as TeardownLogic);
  }

  /**
   * RxJS 7 calls this for its own operators. Called on a `this` that is no DataStream (a
   * ConnectableObservable copies the method), it gives a plain Observable, without a plan.
   */
  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    if (!(this instanceof DataStream) || operator === undefined) {
      return Observable.prototype.lift.call(this, operator as never) as Observable<R>;
    }
    return new DataStream<R>(rxNode(this.plan, operator as Operator<unknown, unknown>));
  }
}

/**
 * The plan of an Observable; a plain Observable is wrapped as a live source. For operators of your own.
 *
 * @example
 * const first: PlanNode = planOf(clicks$); // a source
 * console.log(first.kind, planOf(clicks).inputs.length);
 * @since 0.1.0
 */
export function planOf(source: Observable<unknown>): PlanNode {
  if (source instanceof DataStream) return source.plan;
  requireStream('an operator of Millrace', source);
  return liveSourceNode(source);
}
