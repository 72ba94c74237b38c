import { StreamingError } from '../errors.js';
import { isGroupingNode } from './grouping.js';
import type { PlanGraph } from './planGraph.js';
import type { PlanNode } from './planNode.js';

/**
 * Refuses names of columns that the rows do not have, where a declared schema says which they have: read
 * of such a row, a wrong name is undefined, and a query over it would go on for ever with nothing to say.
 */
export function refuseUnknownColumns(graph: PlanGraph): void {
  const known = new Map<PlanNode, readonly string[] | undefined>();
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((input) => known.get(input));
    for (const columns of inputs) {
      if (columns === undefined) continue;
      const column = namesReadBy(node).find((name) => !columns.includes(name));
      if (column === undefined) continue;
      const operator = readsGroups(node) ? 'groupByKey' : node.kind;
      throw new StreamingError('COLUMN_UNKNOWN', { operator, column, columns: columns.join(', ') });
    }
    known.set(node, columnsOf(node, inputs));
  }
}

function namesReadBy(node: PlanNode): readonly string[] {
  const key = isGroupingNode(node) ? node.grouping.keyColumns : node.keyColumns;
  return [...(key ?? []), ...(node.traits?.readsColumns ?? [])];
}

function readsGroups(node: PlanNode): boolean {
  return isGroupingNode(node) || node.traits?.grouping === 'reads';
}

/** Of united streams a column may be of one only: it is null in the rows of the others. */
function columnsOf(
  { traits }: PlanNode,
  inputs: readonly (readonly string[] | undefined)[],
): readonly string[] | undefined {
  if (traits?.columns !== 'kept') return traits?.columns;
  const all = inputs.filter((columns) => columns !== undefined);
  return all.length === inputs.length ? [...new Set(all.flat())] : undefined;
}
