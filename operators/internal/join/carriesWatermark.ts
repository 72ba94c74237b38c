import { planGraph } from '../../../lib/plan/planGraph.js';
import type { PlanNode } from '../../../lib/plan/planNode.js';
import { earliest } from '../../../lib/time/earliest.js';

/**
 * Whether the rows that leave `node` carry a watermark: a join asks it for each of its sides, of which
 * one may have none.
 */
export function carriesWatermark(node: PlanNode): boolean {
  const leaving = new Map<PlanNode, number | undefined>();
  for (const at of planGraph(node).nodes) {
    const inputs = at.inputs.map((input) => leaving.get(input));
    leaving.set(at, at.watermarkOut ? at.watermarkOut(inputs, 0) : earliest(inputs));
  }
  return leaving.get(node) !== undefined;
}
