import type { LogicalType, ParquetType, SchemaElement } from 'hyparquet';
import { damaged } from './damage.js';

/** A column or group of the schema in a file's footer. */
export interface ParquetNode {
  readonly name: string;
  /** From the top-level column down. */
  readonly path: readonly string[];
  readonly repetition: 'REQUIRED' | 'OPTIONAL' | 'REPEATED';
  /** Definition level at which this node is there. */
  readonly maxDefinition: number;
  /** Repetition level of its innermost repeated ancestor, itself included. */
  readonly maxRepetition: number;
  readonly children: readonly ParquetNode[];
  /** Of a leaf: its place in every row group. −1: a group. */
  readonly leaf: number;
  readonly type: ParquetType | undefined;
  readonly typeLength: number | undefined;
  readonly converted: string | undefined;
  readonly logical: LogicalType | undefined;
  readonly scale: number | undefined;
  readonly precision: number | undefined;
}

const maxDepth = 64;

/** The top-level columns of a footer's schema, which lists its nodes in depth-first order. */
export function columnsOfSchema(elements: readonly SchemaElement[]): readonly ParquetNode[] {
  const walk = { at: 1, leaf: 0 };
  const root = elements[0];
  if (root === undefined) damaged('its schema is empty');
  const columns: ParquetNode[] = [];
  for (let i = 0; i < (root.num_children ?? 0); i++) {
    columns.push(nodeAt(elements, walk, undefined));
  }
  if (walk.at !== elements.length) damaged('its schema has nodes outside the root');
  return columns;
}

function nodeAt(
  elements: readonly SchemaElement[],
  walk: { at: number; leaf: number },
  parent: ParquetNode | undefined,
): ParquetNode {
  const element = elements[walk.at++];
  if (element === undefined) damaged('its schema ends too early');
  if ((parent?.path.length ?? 0) >= maxDepth) {
    damaged(`its schema is nested deeper than ${maxDepth} levels`);
  }
  const repetition = element.repetition_type ?? 'REQUIRED';
  const isGroup = element.type === undefined;
  const children: ParquetNode[] = [];
  const node: ParquetNode = {
    name: element.name,
    path: [...(parent?.path ?? []), element.name],
    repetition,
    maxDefinition: (parent?.maxDefinition ?? 0) + (repetition === 'REQUIRED' ? 0 : 1),
    maxRepetition: (parent?.maxRepetition ?? 0) + (repetition === 'REPEATED' ? 1 : 0),
    children,
    leaf: isGroup ? -1 : walk.leaf++,
    type: element.type,
    typeLength: element.type_length,
    converted: element.converted_type,
    logical: element.logical_type,
    scale: element.scale,
    precision: element.precision,
  };
  if (!isGroup) return node;
  const count = element.num_children ?? 0;
  if (count < 1) damaged(`group ${node.path.join('.')} of its schema has no columns`);
  for (let i = 0; i < count; i++) children.push(nodeAt(elements, walk, node));
  return node;
}

/** The leaves below a node, itself included, in order. */
export function leavesOf(node: ParquetNode): readonly ParquetNode[] {
  return node.leaf >= 0 ? [node] : node.children.flatMap(leavesOf);
}
