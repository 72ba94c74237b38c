import { StreamingError } from '../errors.js';
import type { OutputMode } from './outputMode.js';
import type { PlanGraph } from './planGraph.js';
import type { PlanNode } from './planNode.js';

/** An `outputMode(…)` in a pipe: says how the whole plan emits, and passes its rows on. */
export interface OutputModeNode extends PlanNode {
  readonly kind: 'outputMode';
  readonly mode: OutputMode;
}

function isOutputModeNode(node: PlanNode): node is OutputModeNode {
  return node.kind === 'outputMode';
}

/** The mode that the pipe itself asks for; refused if it is said twice. */
export function outputModeOf(graph: PlanGraph): OutputMode | undefined {
  const said = graph.nodes.filter(isOutputModeNode);
  if (said.length > 1) {
    throw new StreamingError('OUTPUT_MODE_TWICE', { modes: said.map((n) => n.mode).join(', ') });
  }
  return said[0]?.mode;
}
