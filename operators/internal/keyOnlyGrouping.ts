import { StreamingError } from '../../lib/errors.js';
import { type Grouping, groupingOf } from '../../lib/plan/grouping.js';
import type { PlanNode } from '../../lib/plan/planNode.js';

/** Rows as `groupByKey` types them for the operator that follows. */
export interface KeyedRow<K, V> {
  readonly key: K;
  readonly value: V;
}

/** What an operator that calls a function per key reads of the grouping before it. */
export interface KeyOnlyGrouping {
  readonly input: PlanNode;
  readonly keyOf: (row: unknown) => unknown;
  readonly valueOf: (row: unknown) => unknown;
  readonly keyColumns: readonly string[] | undefined;
  /** Throws `GROUPING_REQUIRED` unless `groupByKey`, and no window, stands before the operator. */
  check(): void;
}

/** The grouping that ends at `node`, for operators that have keys but no windows. */
export function keyOnlyGrouping(node: PlanNode, operator: string): KeyOnlyGrouping {
  const grouping = groupingOf(node);
  const found = whatIsWrong(grouping, node);
  return {
    input: grouping.input,
    keyOf: grouping.key ?? itself,
    valueOf: grouping.valueOf ?? itself,
    keyColumns: grouping.keyColumns,
    check: () => {
      if (found !== undefined) throw new StreamingError('GROUPING_REQUIRED', { operator, found });
    },
  };
}

function itself(row: unknown): unknown {
  return row;
}

function whatIsWrong(grouping: Grouping, node: PlanNode): string | undefined {
  if (grouping.window) return 'a window';
  if (!grouping.key) return node.kind;
  return undefined;
}
