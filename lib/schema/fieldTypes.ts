import type { DataType, StructType } from './types.js';

const known = new WeakMap<StructType, ReadonlyMap<string, DataType>>();

/** The types of a struct's fields by name; made once for each struct, since rows and cells ask. */
export function fieldTypes(struct: StructType): ReadonlyMap<string, DataType> {
  let types = known.get(struct);
  if (types === undefined) {
    types = new Map(struct.fields.map(({ name, dataType }) => [name, dataType]));
    known.set(struct, types);
  }
  return types;
}
