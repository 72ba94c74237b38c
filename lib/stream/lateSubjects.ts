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
 * A live subscription to `graph` has had a late row. Heard at its operator and at every stream behind
 * that one, because who names a stream may subscribe to a longer pipe of it.
 */
export function tellLate(graph: PlanGraph, late: LateRow): void {
  const through = new Set<PlanNode>();
  for (const node of graph.nodes) {
    if (graph.idOf(node) !== late.operator && !node.inputs.some((above) => through.has(above)))
      continue;
    through.add(node);
    subjects.get(node)?.next(late);
  }
}
