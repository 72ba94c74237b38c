import type { PlanNode } from '../../lib/plan/planNode.js';
import { isWatermarkNode } from '../../lib/plan/watermarkNode.js';

/**
 * The delay (ms) of the watermark that the rows of `node` carry; `undefined` if they carry none. Where
 * streams with several delays meet, that of the stream whose event time goes on counts (a join's), else the
 * first one's, as the mark of its column does in Spark.
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
  const timed = node.timeInput === undefined ? undefined : node.inputs[node.timeInput];
  for (const input of timed === undefined ? node.inputs : [timed, ...node.inputs]) {
    const delayMs = watermarkDelayMs(input);
    if (delayMs !== undefined) return delayMs;
  }
  return undefined;
}
