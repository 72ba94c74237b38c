import type { PlanNode } from './planNode.js';
import { isWatermarkNode } from './watermarkNode.js';

/**
 * Where rows without event time come from that leave `node`: a source with no watermark on the way, or an
 * operator whose results have no time. undefined: every way gives them one.
 */
export function timelessOrigin(node: PlanNode, seen = new Set<PlanNode>()): PlanNode | undefined {
  if (seen.has(node) || isWatermarkNode(node) || node.traits?.givesEventTime) return undefined;
  seen.add(node);
  if (node.inputs.length === 0 || losesTime(node)) return node;
  for (const input of node.timeInput === undefined ? node.inputs : [node.inputs[node.timeInput]]) {
    const origin = timelessOrigin(input as PlanNode, seen);
    if (origin !== undefined) return origin;
  }
  return undefined;
}

/** Its rows are made of many, or no watermark leaves it. */
function losesTime({ traits, inputs, watermarkOut }: PlanNode): boolean {
  if (traits?.grouping === 'reads') return true;
  const all = inputs.map(() => 0);
  return watermarkOut !== undefined && watermarkOut(all, 0) === undefined;
}
