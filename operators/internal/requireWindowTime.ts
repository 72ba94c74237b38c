import { StreamingError } from '../../lib/errors.js';
import type { WindowGrouping } from '../../lib/plan/grouping.js';
import type { PlanNode } from '../../lib/plan/planNode.js';
import type { QueryShape } from '../../lib/plan/queryShape.js';

/** Throws `WINDOW_NEEDS_TIME` if the rows that enter `node` have no event time for its window. */
export function requireWindowTime(
  node: PlanNode,
  operator: string,
  window: WindowGrouping | undefined,
  query: QueryShape,
): void {
  if (window === undefined || window.kind === 'given' || window.time) return;
  if (query.hasWatermark(node)) return;
  if (query.above(node).some((above) => above.traits?.givesEventTime)) return;
  const shown = window.kind === 'session' ? 'sessionWindow' : 'window';
  throw new StreamingError('WINDOW_NEEDS_TIME', { operator, window: shown });
}
