import { BAD, type ValueReader } from './bad.js';
import type { ConvertOptions } from './convertOptions.js';
import { arrayReader, jsonReader, mapReader } from './jsonReader.js';
import { lastReadable } from './repeated.js';
import { columnValue, isRecord, setField } from './rowShape.js';
import type { DataType, StructType } from './types.js';

/**
 * As `jsonReader`, for what is kept of a bad record: a field of a STRUCT that cannot be read is null, and
 * its other fields stay. An ARRAY or MAP with an element that cannot be read is `BAD` as a whole, as in
 * Spark.
 */
export function partialJsonReader(type: DataType, options: ConvertOptions): ValueReader<unknown> {
  switch (type.type) {
    case 'array':
      return arrayReader(partialJsonReader(type.element, options), type.containsNull);
    case 'map':
      return mapReader(type, partialJsonReader(type.value, options), options);
    case 'struct':
      return partialStruct(type, options);
    default:
      return jsonReader(type, options);
  }
}

function partialStruct(type: StructType, options: ConvertOptions): ValueReader<unknown> {
  const fields = type.fields.map(({ name, dataType, nullable }) => ({
    name,
    nullable,
    read: lastReadable(partialJsonReader(dataType, options)),
  }));
  return (value) => {
    if (!isRecord(value)) return BAD;
    const row = {};
    for (const [i, { name, nullable, read }] of fields.entries()) {
      const raw = columnValue(value, name, i, true);
      const got = raw === null ? null : read(raw);
      const kept = got === BAD ? null : got;
      if (kept === null && !nullable) return BAD;
      setField(row, name, kept);
    }
    return row;
  };
}
