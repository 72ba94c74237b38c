import type { Json } from '../sources/source.js';
import type { PlanEntry } from './queryCheckpoint.js';

/** Up to where a plan reads a source; undefined if it does not know the source. */
export function plannedUpTo(plan: PlanEntry | undefined, source: string): Json | undefined {
  return plan?.turns.flatMap(({ ranges }) => ranges).findLast((range) => range.source === source)
    ?.upTo;
}
