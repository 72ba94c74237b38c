import { earliest } from '../time/earliest.js';
import type { PlanGraph } from './planGraph.js';
import type { PlanNode } from './planNode.js';

/**
 * The watermark that enters each node if the global one were `origin`; `undefined` where no watermark
 * node is above. With `origin` 0 every input that carries one has 0: nothing has been seen yet.
 *
 * Source: semantics/spark.md 2.5.
 */
export function inputWatermarks(
  graph: PlanGraph,
  origin: number,
): ReadonlyMap<PlanNode, number | undefined> {
  const entering = new Map<PlanNode, number | undefined>();
  const leaving = new Map<PlanNode, number | undefined>();
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((input) => leaving.get(input));
    const entered = earliest(inputs);
    entering.set(node, entered);
    const left = node.watermarkOut ? node.watermarkOut(inputs, origin) : entered;
    leaving.set(node, origin === 0 && left !== undefined ? 0 : left);
  }
  return entering;
}
