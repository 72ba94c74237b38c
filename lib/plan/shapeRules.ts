import { StreamingError } from '../errors.js';
import { isGroupingNode, openGrouping } from './grouping.js';
import type { OutputMode } from './outputMode.js';
import { nodesAbove, type PlanGraph } from './planGraph.js';
import type { PlanNode } from './planNode.js';
import type { QueryShape } from './queryShape.js';
import { refuseUnknownColumns } from './refuseUnknownColumns.js';
import { inputWatermarks } from './watermarkFlow.js';
import { isWatermarkNode } from './watermarkNode.js';

/**
 * Refuses, before the query starts, what could not give a right answer: Spark's rules on operator ×
 * output mode (semantics/spark.md 1.8), and each node's own.
 */
export function checkShape(graph: PlanGraph, outputMode: OutputMode): void {
  const query = queryShape(graph, outputMode);
  refuseLostGroupings(graph);
  refuseUnknownColumns(graph);
  refuseRedefinedWatermarks(query);
  for (const node of graph.nodes) node.validate?.(query);
  refuseCompleteWithoutAggregation(query);
  refuseBrokenChains(query);
}

/** The state function whose rows have an event time, so that operators that need one may follow. */
export const transformWithTime =
  "transformWithState with timeMode: 'eventTime' and the function eventTime";

/** What `readBatch` checks: the rules that do not speak of streams. */
export function checkBatchShape(graph: PlanGraph): void {
  refuseLostGroupings(graph);
  refuseUnknownColumns(graph);
  const query = queryShape(graph, 'complete');
  for (const node of graph.nodes) node.validateBatch?.(query);
}

export function queryShape(graph: PlanGraph, outputMode: OutputMode): QueryShape {
  const carries = inputWatermarks(graph, 1);
  const hasWatermark = (node: PlanNode): boolean => carries.get(node) !== undefined;
  return {
    root: graph.root,
    outputMode,
    nodes: graph.nodes,
    hasWatermark,
    requireWatermark: (node) => {
      if (!hasWatermark(node)) {
        throw new StreamingError('WATERMARK_REQUIRED', { operator: node.kind });
      }
    },
    above: nodesAbove,
  };
}

/** A grouping is read by an operator behind it, with nothing between that would lose it. */
function refuseLostGroupings(graph: PlanGraph): void {
  for (const node of graph.nodes) {
    if (isGroupingNode(node) || node.traits?.grouping) continue;
    for (const input of node.inputs) {
      const open = openGrouping(input);
      if (!open) continue;
      throw new StreamingError('GROUPING_LOST', { operator: node.kind, grouping: open.kind });
    }
  }
  const end = openGrouping(graph.root);
  if (end) throw new StreamingError('PLAN_ENDS_IN_GROUPING', { operator: end.kind });
}

function refuseRedefinedWatermarks(query: QueryShape): void {
  for (const node of query.nodes) {
    if (isWatermarkNode(node) && query.hasWatermark(node)) {
      throw new StreamingError('WATERMARK_REDEFINED', {
        operator: `withWatermark(${node.label ?? ''})`,
      });
    }
  }
}

function refuseCompleteWithoutAggregation(query: QueryShape): void {
  if (query.outputMode !== 'complete') return;
  if (query.nodes.some((node) => node.traits?.aggregation)) return;
  throw new StreamingError('OUTPUT_MODE_UNSUPPORTED', {
    operator: 'the query',
    mode: 'complete',
    reason: 'complete mode emits the whole result of an aggregation, and there is none',
    fix: 'use append or update mode, or add aggregate(…)',
  });
}

function refuseBrokenChains(query: QueryShape): void {
  for (const node of query.nodes) {
    if (!node.traits?.chained) continue;
    const breaker = nodesAbove(node).find((above) => above.traits?.breaksChain?.(query.outputMode));
    if (!breaker) continue;
    throw new StreamingError('STATEFUL_CHAIN', {
      operator: node.kind,
      above: breaker.kind,
      mode: query.outputMode,
      // What breaks in append mode breaks in every mode: another would be a dead end.
      ...(breaker.traits?.breaksChain?.('append')
        ? {
            reason: 'and the rows of its timeouts are older than the watermark',
            fix: `write ${breaker.kind} as ${transformWithTime}`,
          }
        : { reason: `which is not final in ${query.outputMode} mode`, fix: 'use append mode' }),
    });
  }
}
