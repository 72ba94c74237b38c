import { StreamingError } from '../errors.js';
import { formatType } from '../schema/formatDdl.js';
import { namesLike } from '../schema/namesLike.js';
import type { DataType, StructField } from '../schema/types.js';
import { onceType, shapeOfGroup } from './columnType.js';
import { converterFor, type LeafOptions } from './convertLeaf.js';
import type { ConvertValues } from './leafColumn.js';
import { leavesOf, type ParquetNode } from './parquetNode.js';

/** What every shape says about the entries of its leaves. */
interface ShapeBase {
  readonly node: ParquetNode;
  /** Leaves to read, at least one: an absent value has one entry in each. */
  readonly leaves: readonly ParquetNode[];
  /** The schema says NOT NULL, the file does not. */
  readonly required: boolean;
}

/** How entries of leaves become one value: of the schema's type, from the file's node. */
export type ValueShape =
  | (ShapeBase & { readonly kind: 'leaf'; readonly convert: ConvertValues })
  | (ShapeBase & { readonly kind: 'struct'; readonly fields: readonly ShapedField[] })
  | (ShapeBase & {
      readonly kind: 'list';
      readonly repeated: ParquetNode;
      readonly element: ValueShape;
    })
  | (ShapeBase & {
      readonly kind: 'map';
      readonly repeated: ParquetNode;
      readonly key: ValueShape;
      readonly value: ValueShape;
    });

/** A field of a row or struct; without a shape the file does not have it, and it is null. */
export interface ShapedField {
  readonly name: string;
  readonly shape: ValueShape | undefined;
}

/** Where a shape is made, for messages, and how values look. */
export interface ShapeContext {
  readonly source: string;
  readonly file: string;
  readonly options: LeafOptions;
}

/**
 * The fields of a row or struct, found by name; as in Spark by one in another case, if it is the only one.
 *
 * Errors: `SOURCE_COLUMN_TYPE` for a field that the file has in a type that is not the schema's or
 *         narrower, for a NOT NULL field that it does not have, and for one that could be several.
 */
export function shapeFields(
  fields: readonly StructField[],
  nodes: readonly ParquetNode[],
  ctx: ShapeContext,
): readonly ShapedField[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const exact = new Set(fields.map((field) => field.name));
  const others = nodes.map((node) => node.name).filter((name) => !exact.has(name));
  return fields.map((field) => {
    const like = byName.has(field.name) ? [] : namesLike(others, field.name);
    const node = byName.get(like[0] ?? field.name);
    if (node && like.length < 2) return { name: field.name, shape: shapeOf(node, field, ctx) };
    if (field.nullable && like.length === 0) return { name: field.name, shape: undefined };
    const { source, file } = ctx;
    const found =
      like.length > 1
        ? `there in other cases only (${like.join(', ')})`
        : `not there (it has ${nodes.map((each) => each.name).join(', ')})`;
    const wanted = `${formatType(field.dataType)} NOT NULL`;
    throw new StreamingError('SOURCE_COLUMN_TYPE', {
      source,
      file,
      column: field.name,
      found,
      wanted,
    });
  });
}

function shapeOf(
  node: ParquetNode,
  field: Omit<StructField, 'name'>,
  ctx: ShapeContext,
): ValueShape {
  if (node.repetition === 'REPEATED') {
    if (field.dataType.type !== 'array') throw mismatch(node, field.dataType, ctx);
    const element = onceShape(node, elementField(field.dataType), ctx);
    return { kind: 'list', node, leaves: element.leaves, required: false, repeated: node, element };
  }
  return onceShape(node, field, ctx);
}

/** As above, for one occurrence of a repeated node. */
function onceShape(
  node: ParquetNode,
  field: Omit<StructField, 'name'>,
  ctx: ShapeContext,
): ValueShape {
  const { dataType } = field;
  const required = !field.nullable && node.repetition === 'OPTIONAL';
  if (node.leaf >= 0) {
    const convert = converterFor(node, dataType, ctx.options);
    if (convert === undefined) throw mismatch(node, dataType, ctx);
    return { kind: 'leaf', node, leaves: [node], required, convert };
  }
  const group = node.repetition === 'REPEATED' ? { kind: 'struct' as const } : shapeOfGroup(node);
  if (group.kind === 'struct' && dataType.type === 'struct') {
    const fields = shapeFields(dataType.fields, node.children, ctx);
    const leaves = fields.flatMap(({ shape }) => shape?.leaves ?? []);
    const probed = leaves.length > 0 ? leaves : leavesOf(node).slice(0, 1);
    return { kind: 'struct', node, leaves: probed, required, fields };
  }
  if (group.kind === 'list' && dataType.type === 'array') {
    const field = elementField(dataType);
    const element =
      group.element === group.repeated
        ? onceShape(group.element, field, ctx)
        : shapeOf(group.element, field, ctx);
    const { repeated } = group;
    return { kind: 'list', node, leaves: element.leaves, required, repeated, element };
  }
  if (group.kind === 'map' && dataType.type === 'map') {
    const key = shapeOf(group.key, { dataType: dataType.key, nullable: false }, ctx);
    const nullable = dataType.valueContainsNull;
    const value = shapeOf(group.value, { dataType: dataType.value, nullable }, ctx);
    const leaves = [...key.leaves, ...value.leaves];
    return { kind: 'map', node, leaves, required, repeated: group.repeated, key, value };
  }
  throw mismatch(node, dataType, ctx);
}

function elementField(type: DataType & { readonly type: 'array' }): Omit<StructField, 'name'> {
  return { dataType: type.element, nullable: type.containsNull };
}

function mismatch(node: ParquetNode, wanted: DataType, ctx: ShapeContext): StreamingError {
  return new StreamingError('SOURCE_COLUMN_TYPE', {
    source: ctx.source,
    file: ctx.file,
    column: node.path.join('.'),
    found: formatType(onceType(node)),
    wanted: formatType(wanted),
  });
}
