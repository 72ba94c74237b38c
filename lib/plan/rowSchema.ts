import { formatDdl } from '../schema/formatDdl.js';
import type { StructType } from '../schema/types.js';
import type { PlanGraph } from './planGraph.js';
import type { PlanNode } from './planNode.js';

/**
 * The type of the rows that a plan gives, where every node between it and the sources hands on values
 * as they are; undefined where a function made them, and of united streams of different types: never a
 * guess. Rows may have columns beside it: those of `key=value` folders that no schema declares.
 */
export function rowSchema({ nodes, root }: PlanGraph): StructType | undefined {
  const known = new Map<PlanNode, StructType | undefined>();
  for (const node of nodes) {
    const [first, ...others] = node.inputs.map((input) => known.get(input));
    const agreed = others.every((other) => isSame(first, other)) ? first : undefined;
    known.set(node, schemaOf(node, agreed));
  }
  return known.get(root);
}

function schemaOf({ traits }: PlanNode, input: StructType | undefined): StructType | undefined {
  if (traits?.schema !== undefined) return traits.schema;
  if (traits?.columns === 'kept') return input;
  return traits?.picksColumns === true ? picked(input, traits.columns ?? []) : undefined;
}

function picked(input: StructType | undefined, names: readonly string[]): StructType | undefined {
  const fields = names.flatMap((name) => input?.fields.find((field) => field.name === name) ?? []);
  return fields.length === names.length ? { type: 'struct', fields } : undefined;
}

function isSame(one: StructType | undefined, other: StructType | undefined): boolean {
  return one !== undefined && other !== undefined && formatDdl(one) === formatDdl(other);
}
