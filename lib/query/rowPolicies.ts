import { oneOf } from '../options/optionValues.js';
import type { PlanGraph } from '../plan/planGraph.js';
import { type RowPolicy, rowPolicies } from '../stream/sourceNode.js';

/** The policy of each operator, from one for all or one per operator id; unknown ids are refused. */
export function rowPolicyAt(
  given: RowPolicy | Readonly<Record<string, RowPolicy>> = 'fail',
  graph: PlanGraph,
): (operatorId: string) => RowPolicy {
  if (typeof given === 'string') {
    oneOf('writeStream', 'failedRows', given, rowPolicies);
    return () => given;
  }
  const known = graph.nodes.map((node) => graph.idOf(node));
  const byId = new Map(Object.entries(given));
  for (const [id, policy] of byId) {
    if (id !== 'default' && !known.includes(id)) {
      throw new TypeError(
        `failedRows names the operator ${id}, the plan has ${known.join(', ')}: see explain()`,
      );
    }
    oneOf('writeStream', `failedRows['${id}']`, policy, rowPolicies);
  }
  const otherwise = byId.get('default') ?? 'fail';
  return (operatorId) => byId.get(operatorId) ?? otherwise;
}
