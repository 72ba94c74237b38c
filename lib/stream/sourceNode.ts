import type { Observable } from 'rxjs';
import type { PlanNode } from '../plan/planNode.js';
import type { StreamSource } from '../sources/source.js';

/** What the engine does with a record that a source, or a row that an operator, cannot take. */
export type RowPolicy = 'fail' | 'deadLetter' | 'drop';

export const rowPolicies: readonly RowPolicy[] = ['fail', 'deadLetter', 'drop'];

/** A leaf of the plan. Its rows enter the stages that the engine compiles for it. */
export interface SourceNode extends PlanNode {
  readonly kind: 'source';
  readonly source: StreamSource<unknown>;
  /** A live source: what a subscription without a query subscribes to. */
  readonly observable: Observable<unknown> | undefined;
  /** For bad records of this source; undefined: as the query says. */
  readonly badRecords: RowPolicy | undefined;
}

export function isSourceNode(node: PlanNode): node is SourceNode {
  return node.kind === 'source';
}

export function sourceNode(
  source: StreamSource<unknown>,
  observable?: Observable<unknown>,
  badRecords?: RowPolicy,
): SourceNode {
  const { schema } = source;
  const columns = schema?.fields.map((field) => field.name);
  return {
    kind: 'source',
    inputs: [],
    ...(schema && columns ? { traits: { columns, schema } } : {}),
    label: source.description,
    source,
    observable,
    badRecords,
    stage: (_ctx, out) => out,
  };
}
