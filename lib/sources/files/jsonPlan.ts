import { jsonConverter } from '../../schema/convert.js';
import type { ConvertOptions } from '../../schema/convertOptions.js';
import { jsonParser } from '../../schema/exactJson.js';
import { integerRange } from '../../schema/integerRange.js';
import type { DataType, StructType } from '../../schema/types.js';
import {
  type JsonValueReader,
  readArray,
  readBoolean,
  readOther,
  skipOther,
} from './jsonNested.js';
import { type NumberRules, readNumber, readScalar, readWhole } from './jsonNumber.js';
import { type JsonStructReader, structReader } from './jsonStruct.js';
import { readText } from './jsonText.js';

/**
 * Compiles a schema to the reader of its objects, once per source.
 *
 * `columns`: of the objects, in their order; more than the schema has, where some come from elsewhere.
 * Out:    undefined where the host forbids code from strings.
 */
export function jsonObjectReader(
  schema: StructType,
  options: ConvertOptions,
  columns: readonly string[] = schema.fields.map((field) => field.name),
): JsonStructReader | undefined {
  const fields = [];
  for (const { name, dataType, nullable } of schema.fields) {
    const read = name === options.corruptColumn ? skipOther : valueReader(dataType, options);
    if (read === undefined) return undefined;
    fields.push({ name, nullable, read });
  }
  return structReader(fields, columns);
}

/** Reads the values of a type; undefined where the host forbids code from strings. */
export function valueReader(type: DataType, options: ConvertOptions): JsonValueReader | undefined {
  const rules: NumberRules = {
    ...rangeOf(type),
    exact: type.type === 'decimal' || (type.type === 'bigint' && options.bigints === 'bigint'),
    convert: jsonConverter(type, options),
  };
  switch (type.type) {
    case 'string':
      return readText;
    case 'bigint':
      if (options.bigints === 'bigint') return (from) => readScalar(from, rules);
      return (from) => readWhole(from, rules);
    case 'tinyint':
    case 'smallint':
    case 'int':
      return (from) => readWhole(from, rules);
    case 'double':
      return (from) => readNumber(from, rules);
    case 'boolean':
      return readBoolean;
    case 'struct': {
      const read = jsonObjectReader(type, { ...options, corruptColumn: undefined });
      return (
        read && ((from) => (from.bytes[from.at] === 123 ? read(from, undefined) : from.none()))
      );
    }
    case 'array': {
      const read = valueReader(type.element, options);
      return read && ((from) => readArray(from, read, type.containsNull));
    }
    case 'map': {
      const field = { name: '', dataType: type, nullable: true };
      const parse = jsonParser({ type: 'struct', fields: [field] }, options);
      return (from) => readOther(from, parse, rules.convert);
    }
    case 'decimal':
    case 'float':
    case 'binary':
    case 'date':
    case 'timestamp':
      return (from) => readScalar(from, rules);
  }
}

function rangeOf(type: DataType): { readonly min: number; readonly max: number } {
  switch (type.type) {
    case 'tinyint':
    case 'smallint':
    case 'int':
      return integerRange[type.type];
    default:
      return integerRange.bigint;
  }
}
