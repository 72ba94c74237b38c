import type { PlanGraph } from './planGraph.js';
import type { PlanNode } from './planNode.js';
import { inputWatermarks } from './watermarkFlow.js';
import { isWatermarkNode } from './watermarkNode.js';

/**
 * The first operator downstream of `node` that reads the event time which `node`'s rows carry, or
 * undefined: no watermark is above, or another `withWatermark` comes first.
 */
export function timeReaderOf(graph: PlanGraph, node: PlanNode): PlanNode | undefined {
  const carries = inputWatermarks(graph, 1);
  if (carries.get(node) === undefined) return undefined;
  const reached = new Set<PlanNode>([node]);
  for (const at of graph.nodes) {
    if (!at.inputs.some((input) => reached.has(input))) continue;
    if (isWatermarkNode(at)) continue;
    if (at.traits?.stateful || at.traits?.readsEventTime) return at;
    reached.add(at);
  }
  return undefined;
}
