import { Subject } from 'rxjs';
import type { PlanGraph } from '../plan/planGraph.js';
import type { PlanNode } from '../plan/planNode.js';
import type { LateRow } from '../query/sideRows.js';

/** Who wants to hear of the late rows of live subscriptions, by the node of the stream that was named. */
const subjects = new WeakMap<PlanNode, Subject<LateRow>>();

/** Where they are heard. */
export function lateSubjectOf(plan: PlanNode): Subject<LateRow> {
  let subject = subjects.get(plan);
  if (subject === undefined) {
    subject = new Subject();
    subjects.set(plan, subject);
  }
  return subject;
}

/**
 * Tells of the late rows of one live subscription to `graph`. Heard at their operator and at every stream
 * behind that one, because who names a stream may subscribe to a longer pipe of it.
 */
export function lateTeller(graph: PlanGraph): (late: LateRow) => void {
  const hearing = new Map<string, readonly PlanNode[]>();
  return (late) => {
    let nodes = hearing.get(late.operator);
    if (nodes === undefined) {
      nodes = streamsFrom(graph, late.operator);
      hearing.set(late.operator, nodes);
    }
    for (const node of nodes) subjects.get(node)?.next(late);
  };
}

/** The operator and all that is behind it, from above. */
function streamsFrom(graph: PlanGraph, operator: string): readonly PlanNode[] {
  const through = new Set<PlanNode>();
  for (const node of graph.nodes) {
    if (graph.idOf(node) === operator || node.inputs.some((above) => through.has(above))) {
      through.add(node);
    }
  }
  return [...through];
}
