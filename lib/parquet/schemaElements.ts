import type { SchemaElement } from 'hyparquet';
import type { DataType, StructType } from '../schema/types.js';

/** A schema as the footer of a Parquet file lists it: depth first, as Spark writes it. */
export function schemaElements(schema: StructType): SchemaElement[] {
  const root: SchemaElement = { name: 'schema', num_children: schema.fields.length };
  return [root, ...fieldElements(schema)];
}

function fieldElements(schema: StructType): SchemaElement[] {
  return schema.fields.flatMap(({ name, dataType, nullable }) =>
    elementsOf(name, dataType, nullable),
  );
}

function elementsOf(name: string, type: DataType, nullable: boolean): SchemaElement[] {
  const at = { name, repetition_type: nullable ? 'OPTIONAL' : 'REQUIRED' } as const;
  switch (type.type) {
    case 'array':
      return [
        { ...at, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        ...elementsOf('element', type.element, type.containsNull),
      ];
    case 'map':
      return [
        { ...at, num_children: 1, converted_type: 'MAP', logical_type: { type: 'MAP' } },
        { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
        ...elementsOf('key', type.key, false),
        ...elementsOf('value', type.value, type.valueContainsNull),
      ];
    case 'struct':
      return [{ ...at, num_children: type.fields.length }, ...fieldElements(type)];
    default:
      return [{ ...at, ...leafElement(type) }];
  }
}

type Leaf = Exclude<DataType, { readonly type: 'array' | 'map' | 'struct' }>;

function leafElement(type: Leaf): Omit<SchemaElement, 'name'> {
  switch (type.type) {
    case 'boolean':
      return { type: 'BOOLEAN' };
    // Without the newer annotation: hyparquet-writer stores its bit width as another type of number
    // than Parquet's, and then Spark and Arrow refuse the whole file.
    case 'tinyint':
      return { type: 'INT32', converted_type: 'INT_8' };
    case 'smallint':
      return { type: 'INT32', converted_type: 'INT_16' };
    case 'int':
      return { type: 'INT32' };
    case 'bigint':
      return { type: 'INT64' };
    case 'float':
      return { type: 'FLOAT' };
    case 'double':
      return { type: 'DOUBLE' };
    case 'string':
      return { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };
    case 'binary':
      return { type: 'BYTE_ARRAY' };
    case 'date':
      return { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } };
    case 'timestamp':
      return {
        type: 'INT64',
        converted_type: 'TIMESTAMP_MICROS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
      };
    case 'decimal':
      return decimalElement(type.precision, type.scale);
  }
}

function decimalElement(precision: number, scale: number): Omit<SchemaElement, 'name'> {
  const shape = {
    converted_type: 'DECIMAL',
    logical_type: { type: 'DECIMAL', precision, scale },
    precision,
    scale,
  } as const;
  if (precision <= 9) return { type: 'INT32', ...shape };
  if (precision <= 18) return { type: 'INT64', ...shape };
  return { type: 'FIXED_LEN_BYTE_ARRAY', type_length: decimalBytes(precision), ...shape };
}

/** The fewest bytes that hold every number of so many digits, with its sign. */
function decimalBytes(precision: number): number {
  const most = 10n ** BigInt(precision);
  let bytes = 9;
  while (1n << BigInt(bytes * 8 - 1) < most) bytes++;
  return bytes;
}
