import type { Operator } from 'rxjs';
import type { PlanNode } from '../plan/planNode.js';

/** An RxJS operator inside a plan (docs/semantics.md, "RxJS operators inside a pipe"). */
export interface RxNode extends PlanNode {
  readonly kind: 'rx';
  readonly operator: Operator<unknown, unknown>;
}

export function isRxNode(node: PlanNode): node is RxNode {
  return node.kind === 'rx';
}

export function rxNode(
  input: PlanNode,
  operator: Operator<unknown, unknown>,
  name?: string,
): RxNode {
  return {
    kind: 'rx',
    inputs: [input],
    ...(name === undefined ? {} : { label: name }),
    operator,
    traits: { readsOrder: true, grouping: 'keeps', namesErrors: true },
    stage: () => {
      throw new TypeError('an rx node is run by the engine, not compiled to a stage');
    },
  };
}
