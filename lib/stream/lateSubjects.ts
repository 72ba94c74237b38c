import { Subject } from 'rxjs';
import type { PlanNode } from '../plan/planNode.js';
import type { LateRow } from '../query/sideRows.js';

/** Who wants to hear of the late rows of live subscriptions, by the end of the plan that is subscribed to. */
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

/** A live subscription to `plan` has had a late row. */
export function tellLate(plan: PlanNode, late: LateRow): void {
  subjects.get(plan)?.next(late);
}
