import type { PlanNode } from './planNode.js';

/** A `withWatermark` in the plan. */
export interface WatermarkNode extends PlanNode {
  readonly kind: 'withWatermark';
  readonly delayMs: number;
  /** After this long without a row the node does not hold back the others (ms); undefined: never. */
  readonly idleAfterMs: number | undefined;
}

export function isWatermarkNode(node: PlanNode): node is WatermarkNode {
  return node.kind === 'withWatermark';
}
