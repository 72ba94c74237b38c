import type { FileHandle } from 'node:fs/promises';
import { reasonOf } from '../thrown.js';
import { BadCell } from './badCell.js';
import { damaged, ParquetDamage } from './damage.js';
import { decodeLeaf } from './decodeLeaf.js';
import { flatStruct } from './flatStruct.js';
import { type RowGroup, readBytes } from './footer.js';
import type { LeafColumn } from './leafColumn.js';
import { loadCompressors, loadHyparquet } from './packages.js';
import type { PlainValues } from './plainValues.js';
import { nestedValues } from './recordReader.js';
import { needsCompressors } from './unpackPage.js';
import type { ShapedField, ValueShape } from './valueShape.js';

/** A column of decoded rows; undefined: null in every row. */
export type GroupColumn = readonly unknown[] | undefined;

/** The rows of a row group, by column. */
export interface DecodedGroup {
  readonly firstRow: number;
  readonly rows: number;
  /** As the fields that were asked for. */
  readonly columns: readonly GroupColumn[];
  /** Whether a `BadCell` is in a column. */
  readonly bad: boolean;
}

/** Reads and decodes the columns of a row group, one after the other. */
export async function readGroup(
  file: FileHandle,
  group: RowGroup,
  fields: readonly ShapedField[],
): Promise<DecodedGroup> {
  const columns: GroupColumn[] = [];
  let bad = false;
  for (const { shape } of fields) {
    const column = shape && (await readColumn(file, group, shape));
    columns.push(column?.values);
    bad ||= column?.bad ?? false;
  }
  return { firstRow: group.firstRow, rows: group.rows, columns, bad };
}

async function readColumn(file: FileHandle, group: RowGroup, shape: ValueShape) {
  const leaves = new Map<number, LeafColumn>();
  for (const leaf of leafShapes(shape)) {
    leaves.set(leaf.node.leaf, await readLeaf(file, group, leaf));
  }
  const flat = shape.kind === 'leaf' ? leaves.get(shape.node.leaf) : undefined;
  const values =
    flat && shape.kind === 'leaf'
      ? flatValues(flat, shape, group.rows)
      : (flatStruct(shape, leaves, group.rows) ?? nestedValues(shape, leaves, group.rows));
  let bad = hasRequired(shape);
  for (const leaf of leaves.values()) bad ||= leaf.bad;
  return { values, bad };
}

async function readLeaf(file: FileHandle, group: RowGroup, shape: LeafShape): Promise<LeafColumn> {
  const { leaf, path } = shape.node;
  const chunk = group.chunks[leaf] ?? damaged(`column ${path.join('.')} is not there`);
  if (chunk.isEncrypted) {
    damaged(`column ${path.join('.')} is encrypted: leave it out, by schema or columns`);
  }
  const hyparquet = await loadHyparquet();
  const compressors = needsCompressors(chunk.codec)
    ? await loadCompressors(chunk.codec)
    : undefined;
  const bytes = await readBytes(file, chunk.start, chunk.bytes);
  try {
    return decodeLeaf(bytes, chunk, shape.node, shape.convert, hyparquet, compressors);
  } catch (cause) {
    const reason = reasonOf(cause);
    const start = `row ${group.firstRow}`;
    throw new ParquetDamage(`column ${path.join('.')} from ${start} on: ${reason}`, { cause });
  }
}

type LeafShape = Pick<ValueShape & { readonly kind: 'leaf' }, 'node' | 'convert'>;

/** The leaves of a shape with their conversions; a leaf that only tells of its ancestors has none. */
function leafShapes(shape: ValueShape): readonly LeafShape[] {
  switch (shape.kind) {
    case 'leaf':
      return [shape];
    case 'list':
      return leafShapes(shape.element);
    case 'map':
      return [...leafShapes(shape.key), ...leafShapes(shape.value)];
    case 'struct': {
      const read = shape.fields.flatMap((field) => (field.shape ? leafShapes(field.shape) : []));
      if (read.length > 0) return read;
      return shape.leaves.map((node) => ({ node, convert: asStored }));
    }
  }
}

function asStored(values: PlainValues): readonly unknown[] {
  return Array.from(values as ArrayLike<unknown>);
}

function hasRequired(shape: ValueShape): boolean {
  if (shape.required) return true;
  switch (shape.kind) {
    case 'leaf':
      return false;
    case 'list':
      return hasRequired(shape.element);
    case 'map':
      return hasRequired(shape.key) || hasRequired(shape.value);
    case 'struct':
      return shape.fields.some((field) => field.shape !== undefined && hasRequired(field.shape));
  }
}

/** One entry is one row. */
function flatValues(column: LeafColumn, shape: ValueShape, rows: number): readonly unknown[] {
  const { definitions, values, entries } = column;
  if (entries !== rows) damaged(`it has ${entries} values, its row group ${rows} rows`);
  if (definitions === undefined) return values;
  const missing = shape.required
    ? new BadCell(`${shape.node.name} is null, the schema says NOT NULL`)
    : null;
  const out: unknown[] = [];
  let at = 0;
  for (let i = 0; i < rows; i++) {
    out.push(definitions[i] === shape.node.maxDefinition ? values[at++] : missing);
  }
  return out;
}
