import type { PlanNode } from '../../lib/plan/planNode.js';
import { isWatermarkNode } from '../../lib/plan/watermarkNode.js';

/**
 * The delay (ms) of the watermark that the rows of `node` carry; `undefined` if they carry none. Where
 * streams with several delays meet, the first one's counts, as its column's mark does in Spark.
 */
export function watermarkDelayMs(node: PlanNode): number | undefined {
  if (isWatermarkNode(node)) return node.delayMs;
  if (
    node.watermarkOut &&
    node.watermarkOut(
      node.inputs.map(() => 1),
      1,
    ) === undefined
  ) {
    return undefined;
  }
  for (const input of node.inputs) {
    const delayMs = watermarkDelayMs(input);
    if (delayMs !== undefined) return delayMs;
  }
  return undefined;
}
