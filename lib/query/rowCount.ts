import { isGroupingNode } from '../plan/grouping.js';
import type { PlanGraph } from '../plan/planGraph.js';
import type { PlanNode, Stage } from '../plan/planNode.js';
import { isWatermarkNode } from '../plan/watermarkNode.js';
import { isSourceNode } from '../stream/sourceNode.js';

/** Counts the rows that leave an operator on their way to the next. */
export class RowCount implements Stage {
  rowsOut = 0;

  constructor(private readonly out: Stage) {}

  next(row: unknown, time: number): void {
    this.rowsOut += 1;
    this.out.next(row, time);
  }

  endBatch(): void {
    this.out.endBatch();
  }
}

/**
 * Whether somebody has to count the rows behind `node`: progress has those of sources and sink, and a
 * watermark, a grouping and a step that maps each row let every row pass. A plain windowed aggregation
 * needs no counter at all.
 */
export function isCounted(graph: PlanGraph, node: PlanNode): boolean {
  if (node === graph.root || isSourceNode(node)) return false;
  return !isWatermarkNode(node) && !isGroupingNode(node) && !node.traits?.mapsEachRow;
}
