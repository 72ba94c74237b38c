import { StreamingError } from '../../../lib/errors.js';
import type { OutputMode } from '../../../lib/plan/outputMode.js';
import type { PlanNode } from '../../../lib/plan/planNode.js';
import type { QueryShape } from '../../../lib/plan/queryShape.js';

/** Mode of the rows that a function gives; `map` is `mapGroupsWithState`. */
export type FunctionMode = 'map' | 'append' | 'update';

/** A (flat)mapGroupsWithState in the plan. */
export interface GroupStateNode extends PlanNode {
  readonly functionMode: FunctionMode;
}

/**
 * Throws `GROUP_STATE_MODE` for the queries that Spark refuses.
 *
 * map:    update mode, no aggregation anywhere, once in a query.
 * append: the query's mode, or any mode with an aggregation behind it (the chaining rule sees to the
 *         rest); several only if all are append and the query is.
 * update: the query's mode, no aggregation anywhere, once in a query.
 * Source: semantics/spark.md 1.8, 3.9.
 */
export function checkGroupStateShape(query: QueryShape, node: GroupStateNode): void {
  const refuse = (reason: string, fix: string): never => {
    const { outputMode: mode } = query;
    throw new StreamingError('GROUP_STATE_MODE', { operator: node.kind, mode, reason, fix });
  };
  const others = query.nodes.filter(isGroupStateNode).filter((other) => other !== node);
  const aggregates = query.nodes.some((other) => other.traits?.aggregation === true);
  const appending = node.functionMode === 'append';
  if (aggregates && !appending) {
    refuse(
      'its rows replace earlier ones, which an aggregation would count again',
      "use flatMapGroupsWithState with outputMode: 'append'",
    );
  }
  if (!aggregates && query.outputMode !== modeOf(node.functionMode)) {
    const needed = modeOf(node.functionMode);
    refuse(`its rows are those of ${needed} mode`, `start the query with outputMode: '${needed}'`);
  }
  if (others.length > 0 && !(query.outputMode === 'append' && allAppend([node, ...others]))) {
    refuse(
      'several state functions in one query work in append mode only',
      "use flatMapGroupsWithState with outputMode: 'append' for all, or one query for each",
    );
  }
}

function modeOf(mode: FunctionMode): OutputMode {
  return mode === 'map' ? 'update' : mode;
}

function allAppend(nodes: readonly GroupStateNode[]): boolean {
  return nodes.every((node) => node.functionMode === 'append');
}

function isGroupStateNode(node: PlanNode): node is GroupStateNode {
  return 'functionMode' in node;
}
