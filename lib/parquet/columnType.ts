import type { DataType, StructField } from '../schema/types.js';
import { damaged } from './damage.js';
import type { ParquetNode } from './parquetNode.js';

/**
 * What a group of the schema stands for. Older writers leave out a level of LIST or its annotation; the
 * rules are those of the Parquet format's LogicalTypes.md, "Backward-compatibility rules".
 */
export type GroupShape =
  | { readonly kind: 'struct' }
  | { readonly kind: 'list'; readonly repeated: ParquetNode; readonly element: ParquetNode }
  | {
      readonly kind: 'map';
      readonly repeated: ParquetNode;
      readonly key: ParquetNode;
      readonly value: ParquetNode;
    };

/** Of a group that is not itself repeated. */
export function shapeOfGroup(node: ParquetNode): GroupShape {
  const annotation = node.logical?.type ?? node.converted;
  const [repeated] = node.children;
  const only = node.children.length === 1 && repeated?.repetition === 'REPEATED';
  if (annotation === 'LIST' && only && repeated) {
    return { kind: 'list', repeated, element: elementOf(node, repeated) };
  }
  if ((annotation === 'MAP' || annotation === 'MAP_KEY_VALUE') && only && repeated) {
    const [key, value] = repeated.children;
    if (key && value && repeated.children.length === 2)
      return { kind: 'map', repeated, key, value };
  }
  if (annotation === 'LIST' || annotation === 'MAP') {
    damaged(`column ${node.path.join('.')} is a ${annotation} of an unknown form`);
  }
  return { kind: 'struct' };
}

function elementOf(list: ParquetNode, repeated: ParquetNode): ParquetNode {
  const [only] = repeated.children;
  const isElement =
    only === undefined ||
    repeated.children.length > 1 ||
    repeated.name === 'array' ||
    repeated.name === `${list.name}_tuple`;
  return isElement ? repeated : only;
}

/** The column of a node, as it stands in the file. */
export function fieldOf(node: ParquetNode): StructField {
  const nullable = node.repetition === 'OPTIONAL';
  if (node.repetition === 'REPEATED') {
    const dataType: DataType = { type: 'array', element: onceType(node), containsNull: false };
    return { name: node.name, dataType, nullable: false };
  }
  return { name: node.name, dataType: onceType(node), nullable };
}

/** The type of one occurrence of a node. */
export function onceType(node: ParquetNode): DataType {
  if (node.leaf >= 0) return leafType(node);
  const shape = node.repetition === 'REPEATED' ? { kind: 'struct' as const } : shapeOfGroup(node);
  switch (shape.kind) {
    case 'struct':
      return { type: 'struct', fields: node.children.map(fieldOf) };
    case 'list': {
      // A repeated node that is the element itself cannot be null.
      const element = shape.element === shape.repeated ? onceType(shape.element) : undefined;
      const field = element ? { dataType: element, nullable: false } : fieldOf(shape.element);
      return { type: 'array', element: field.dataType, containsNull: field.nullable };
    }
    case 'map': {
      const value = fieldOf(shape.value);
      return {
        type: 'map',
        key: fieldOf(shape.key).dataType,
        value: value.dataType,
        valueContainsNull: value.nullable,
      };
    }
  }
}

/** Spark's type of a leaf; TIME is its number (see `requireType`), and what has no type of its own is BINARY. */
function leafType(node: ParquetNode): DataType {
  const { type, converted, logical } = node;
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') return decimalType(node);
  switch (type) {
    case 'BOOLEAN':
      return { type: 'boolean' };
    case 'INT32':
      return converted === 'DATE' || logical?.type === 'DATE' ? { type: 'date' } : int32Type(node);
    case 'INT64':
      if (timestampUnit(node) !== undefined) return { type: 'timestamp' };
      return isUnsigned(node) ? { type: 'decimal', precision: 20, scale: 0 } : { type: 'bigint' };
    case 'INT96':
      return { type: 'timestamp' };
    case 'FLOAT':
    case 'DOUBLE':
      return { type: type === 'FLOAT' ? 'float' : 'double' };
    default:
      if (logical?.type === 'FLOAT16') return { type: 'float' };
      return { type: isText(node) ? 'string' : 'binary' };
  }
}

function int32Type({ converted, logical }: ParquetNode): DataType {
  const bits = logical?.type === 'INTEGER' ? logical.bitWidth : Number(converted?.slice(-2) ?? 32);
  const unsigned = logical?.type === 'INTEGER' ? !logical.isSigned : converted?.startsWith('UINT');
  if (bits === 8 || converted?.endsWith('_8')) return { type: unsigned ? 'smallint' : 'tinyint' };
  if (bits === 16) return { type: unsigned ? 'int' : 'smallint' };
  return { type: unsigned ? 'bigint' : 'int' };
}

function decimalType(node: ParquetNode): DataType {
  const logical = node.logical?.type === 'DECIMAL' ? node.logical : undefined;
  const precision = logical?.precision ?? node.precision ?? 0;
  const scale = logical?.scale ?? node.scale ?? 0;
  if (precision < 1 || precision > 38 || scale < 0 || scale > precision) {
    damaged(
      `column ${node.path.join('.')} is DECIMAL(${precision},${scale}), which cannot be read`,
    );
  }
  return { type: 'decimal', precision, scale };
}

/** Of a 64-bit timestamp. */
export function timestampUnit(node: ParquetNode): 'MILLIS' | 'MICROS' | 'NANOS' | undefined {
  if (node.logical?.type === 'TIMESTAMP') return node.logical.unit;
  if (node.converted === 'TIMESTAMP_MILLIS') return 'MILLIS';
  if (node.converted === 'TIMESTAMP_MICROS') return 'MICROS';
  return undefined;
}

export function isUnsigned({ converted, logical }: ParquetNode): boolean {
  if (logical?.type === 'INTEGER') return !logical.isSigned;
  return converted?.startsWith('UINT') ?? false;
}

/** Bytes that are text; a UUID is written as such. */
function isText({ type, converted, logical }: ParquetNode): boolean {
  if (logical?.type === 'UUID') return true;
  if (type !== 'BYTE_ARRAY') return false;
  if (converted === 'UTF8' || converted === 'ENUM' || converted === 'JSON') return true;
  return logical?.type === 'STRING' || logical?.type === 'ENUM' || logical?.type === 'JSON';
}
