import type { PlanNode } from './planNode.js';

/**
 * A plan as the engine walks it: every node once, inputs before the nodes that read them. A node that
 * is used twice (a stream joined with itself) runs once and its rows go both ways.
 */
export interface PlanGraph {
  readonly root: PlanNode;
  readonly nodes: readonly PlanNode[];
  /** Stable ids: `aggregate-0` for the first aggregate counted from the sources. */
  idOf(node: PlanNode): string;
}

export function planGraph(root: PlanNode): PlanGraph {
  const ids = new Map<PlanNode, string>();
  const perKind = new Map<string, number>();
  const nodes: PlanNode[] = [];
  const visit = (node: PlanNode): void => {
    if (ids.has(node)) return;
    ids.set(node, '');
    for (const input of node.inputs) visit(input);
    const n = perKind.get(node.kind) ?? 0;
    perKind.set(node.kind, n + 1);
    ids.set(node, `${node.kind}-${n}`);
    nodes.push(node);
  };
  visit(root);
  return { root, nodes, idOf: (node) => ids.get(node) as string };
}

/** Nodes above `node` (towards the sources), itself not included, inputs first. */
export function nodesAbove(node: PlanNode): readonly PlanNode[] {
  return planGraph(node).nodes.filter((above) => above !== node);
}
