import { nodesAbove } from '../../lib/plan/planGraph.js';
import type { PlanNode } from '../../lib/plan/planNode.js';

/** Whether a streaming aggregation is among the nodes that `node` reads from. */
export function hasAggregationAbove(node: PlanNode): boolean {
  return nodesAbove(node).some((above) => above.traits?.aggregation === true);
}
