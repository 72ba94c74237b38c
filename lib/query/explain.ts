import type { PlanGraph } from '../plan/planGraph.js';
import type { PlanNode } from '../plan/planNode.js';
import { isSourceNode } from '../stream/sourceNode.js';
import type { QuerySetup } from './querySetup.js';

/** The plan as a tree, the sink at the top and the sources at the leaves. */
export function explainPlan(setup: QuerySetup): string {
  const head = `${setup.sink.description} (${setup.outputMode}, ${setup.trigger.description ?? 'custom trigger'})`;
  return [head, ...treeOf(setup.graph, setup.graph.root, '', true, new Set())].join('\n');
}

function treeOf(
  graph: PlanGraph,
  node: PlanNode,
  indent: string,
  last: boolean,
  shown: Set<PlanNode>,
): string[] {
  const again = shown.has(node) && node.inputs.length > 0;
  shown.add(node);
  const id = graph.idOf(node);
  const about = node.label ? ` [${node.label}]` : '';
  const state = node.traits?.stateful ? ' (stateful)' : '';
  const name = isSourceNode(node) ? 'source' : id;
  const line = `${indent}${last ? '└─ ' : '├─ '}${name}${about}${state}${again ? ' (as above)' : ''}`;
  if (again) return [line];
  const deeper = indent + (last ? '   ' : '│  ');
  return [
    line,
    ...node.inputs.flatMap((input, i) =>
      treeOf(graph, input, deeper, i === node.inputs.length - 1, shown),
    ),
  ];
}
