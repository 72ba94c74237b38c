import { Decimal } from '../schema/decimal.js';
import type { RowOptions } from '../schema/rowOf.js';
import type { DataType, StructType } from '../schema/types.js';
import type { ReadCell } from '../sources/files/partitionColumns.js';

/** How the declared columns are read if they stand in the path: `day=2024-05-01/`. */
export function partitionReaders(
  schema: StructType | undefined,
  options: RowOptions,
): ReadonlyMap<string, ReadCell> {
  const readers = new Map<string, ReadCell>();
  for (const { name, dataType } of schema?.fields ?? []) {
    readers.set(name, (text) => {
      const value = read(text, dataType, options);
      if (value !== undefined) return value;
      throw new RangeError(`${JSON.stringify(text)} is no ${dataType.type.toUpperCase()}`);
    });
  }
  return readers;
}

/** undefined: the text is none. */
function read(text: string, type: DataType, { timestamps, bigints }: RowOptions): unknown {
  switch (type.type) {
    case 'string':
      return text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'tinyint':
    case 'smallint':
    case 'int':
      return whole(text);
    case 'bigint':
      return bigints === 'bigint' && /^-?\d{1,20}$/.test(text) ? BigInt(text) : whole(text);
    case 'float':
    case 'double':
      return /^-?\d{1,300}(\.\d{1,300})?$/.test(text) ? Number(text) : undefined;
    case 'decimal':
      return Decimal.tryParse(text, type);
    case 'date':
    case 'timestamp': {
      const iso = /^\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,3})?)?)?$/.test(text);
      const ms = iso ? Date.parse(`${text.replace(' ', 'T')}${text.length > 10 ? 'Z' : ''}`) : NaN;
      if (Number.isNaN(ms)) return undefined;
      return timestamps === 'ms' ? ms : new Date(ms);
    }
    default:
      return undefined;
  }
}

function whole(text: string): number | undefined {
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}
