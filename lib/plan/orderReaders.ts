import type { PlanGraph } from './planGraph.js';
import type { PlanNode } from './planNode.js';

/** The nodes before which an operator stands that reads order (`traits.readsOrder`). */
export function nodesWhoseOrderMatters({ nodes }: PlanGraph): ReadonlySet<PlanNode> {
  const ordered = new Set<PlanNode>();
  // From the end to the sources: a node is met after all nodes that read it.
  for (const node of [...nodes].reverse()) {
    if (!ordered.has(node) && node.traits?.readsOrder !== true) continue;
    for (const input of node.inputs) ordered.add(input);
  }
  return ordered;
}
