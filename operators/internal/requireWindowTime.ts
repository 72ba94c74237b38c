import { StreamingError } from '../../lib/errors.js';
import { timelessOrigin } from '../../lib/plan/eventTimeFlow.js';
import type { WindowGrouping } from '../../lib/plan/grouping.js';
import type { PlanNode } from '../../lib/plan/planNode.js';

/**
 * Throws `WINDOW_NEEDS_TIME` if some of the rows that enter `node` have no event time for its window: they
 * would be in none, without a word.
 */
export function requireWindowTime(
  node: PlanNode,
  operator: string,
  window: WindowGrouping | undefined,
): void {
  if (window === undefined || window.kind === 'given' || window.time) return;
  const origin = timelessOrigin(node.inputs[0] as PlanNode);
  if (origin === undefined) return;
  const shown = window.kind === 'session' ? 'sessionWindow' : 'window';
  const rows = `rows of ${origin.kind === 'source' ? (origin.label ?? 'the source') : origin.kind}`;
  throw new StreamingError('WINDOW_NEEDS_TIME', { operator, window: shown, rows });
}
