import { isGroupingNode } from '../plan/grouping.js';
import type { PlanGraph } from '../plan/planGraph.js';
import type { PlanNode, Stage } from '../plan/planNode.js';
import { isWatermarkNode } from '../plan/watermarkNode.js';
import { isSourceNode } from '../stream/sourceNode.js';

/** Counts the rows that leave an operator on their way to the next. */
export class RowCount implements Stage {
  rows = 0;

  constructor(private readonly out: Stage) {}

  next(row: unknown, time: number): void {
    this.rows += 1;
    this.out.next(row, time);
  }

  endBatch(): void {
    this.out.endBatch();
  }
}

/**
 * Whether the rows behind `node` have to be counted: progress has those of sources and sink, and a
 * watermark or a grouping lets every row pass. A plain windowed aggregation needs no counter at all.
 */
export function isCounted(graph: PlanGraph, node: PlanNode): boolean {
  if (node === graph.root || isSourceNode(node)) return false;
  return !isWatermarkNode(node) && !isGroupingNode(node);
}
