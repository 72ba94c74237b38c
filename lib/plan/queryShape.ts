import type { OutputMode } from './outputMode.js';
import type { PlanNode } from './planNode.js';

/** The whole query as `validate` sees it, before it starts. */
export interface QueryShape {
  readonly root: PlanNode;
  readonly outputMode: OutputMode;
  /** All nodes, sources first, each once. */
  readonly nodes: readonly PlanNode[];
  /** Whether the rows that enter `node` carry a watermark. */
  hasWatermark(node: PlanNode): boolean;
  /** Throws `WATERMARK_REQUIRED` unless a watermark is above `node`. */
  requireWatermark(node: PlanNode): void;
  /** Every node above `node` (towards the sources), itself not included. */
  above(node: PlanNode): readonly PlanNode[];
}
