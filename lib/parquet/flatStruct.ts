import { damaged } from './damage.js';
import type { LeafColumn } from './leafColumn.js';
import type { Leaves } from './recordReader.js';
import type { ValueShape } from './valueShape.js';

/** A field of a struct of plain values, and where reading it stands. */
interface FieldCursor {
  readonly name: string;
  /** undefined: the file does not have it. */
  readonly column: LeafColumn | undefined;
  readonly maxDefinition: number;
  value: number;
}

/**
 * The values of a struct whose fields are no lists, structs or Maps, one per row: the shape most nested
 * columns have, without an interpreter's step per field. undefined: it is not that shape, or has bad
 * values.
 */
export function flatStruct(
  shape: ValueShape,
  leaves: Leaves,
  rows: number,
): readonly unknown[] | undefined {
  if (shape.kind !== 'struct' || shape.required) return undefined;
  const fields = cursorsOf(shape, leaves);
  const first = fields?.find(({ column }) => column !== undefined)?.column;
  if (fields === undefined || first === undefined) return undefined;
  for (const { column } of fields) {
    if (column !== undefined && column.entries !== rows) {
      damaged(`a field has ${column.entries} values, its row group ${rows} rows`);
    }
  }
  const { maxDefinition } = shape.node;
  const out: unknown[] = new Array(rows);
  for (let i = 0; i < rows; i++) {
    const isThere =
      first.definitions === undefined || (first.definitions[i] as number) >= maxDefinition;
    out[i] = isThere ? structAt(fields, i) : null;
  }
  for (const { column, value } of fields) {
    if (column !== undefined && value !== column.values.length) {
      damaged('the columns of a nested value do not belong together');
    }
  }
  return out;
}

function cursorsOf(
  shape: ValueShape & { readonly kind: 'struct' },
  leaves: Leaves,
): FieldCursor[] | undefined {
  const cursors: FieldCursor[] = [];
  for (const { name, shape: field } of shape.fields) {
    if (name === '__proto__') return undefined; // assigned, it would be the prototype
    if (field === undefined) {
      cursors.push({ name, column: undefined, maxDefinition: 0, value: 0 });
      continue;
    }
    const column = leaves.get(field.node.leaf);
    const isPlain = field.kind === 'leaf' && !field.required && field.node.maxRepetition === 0;
    if (!isPlain || column === undefined || column.bad) return undefined;
    cursors.push({ name, column, maxDefinition: field.node.maxDefinition, value: 0 });
  }
  return cursors;
}

function structAt(fields: readonly FieldCursor[], i: number): object {
  const object: Record<string, unknown> = {};
  for (let f = 0; f < fields.length; f++) {
    const field = fields[f] as FieldCursor;
    const { column } = field;
    const isThere =
      column !== undefined &&
      (column.definitions === undefined || column.definitions[i] === field.maxDefinition);
    object[field.name] = isThere ? column.values[field.value++] : null;
  }
  return object;
}
