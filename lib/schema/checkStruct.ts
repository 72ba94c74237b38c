import { formatType } from './formatDdl.js';
import type { DataType, StructType } from './types.js';

const plain: ReadonlySet<string> = new Set([
  'boolean',
  'string',
  'binary',
  'date',
  'timestamp',
  'tinyint',
  'smallint',
  'int',
  'bigint',
  'float',
  'double',
]);

/** Nesting that `parseDdl` would refuse is refused here too; it also ends cycles. */
const maxDepth = 100;

/** `struct` itself, if it is a StructType as the compiler would have it; TypeError otherwise. */
export function checkStruct(struct: StructType, option: string): StructType {
  check(struct, option, option, 0);
  if (struct.type !== 'struct') {
    throw new TypeError(
      `${option} must be a struct, got ${formatType(struct)}: wrap it in structType({ … })`,
    );
  }
  return struct;
}

function check(type: DataType, path: string, option: string, depth: number): void {
  if (typeof type !== 'object' || type === null || depth > maxDepth) {
    throw new TypeError(
      `${path} is no type${depth > maxDepth ? ', or nested too deep' : `, got ${String(type)}`}: give ${option} DDL such as 'a INT, b STRING', or structType({ a: 'INT' })`,
    );
  }
  switch (type.type) {
    case 'decimal':
      checkDecimal(type, path);
      return;
    case 'array':
      check(type.element, `${path}[]`, option, depth + 1);
      return;
    case 'map':
      checkMap(type, path, option, depth);
      return;
    case 'struct':
      checkFields(type, path, option, depth);
      return;
    default:
      if (plain.has(type.type)) return;
      throw new TypeError(
        `${path} has unknown type ${JSON.stringify((type as DataType).type)}: give ${option} DDL such as 'a INT, b STRING', or structType({ a: 'INT' })`,
      );
  }
}

function checkMap(
  type: Extract<DataType, { type: 'map' }>,
  path: string,
  option: string,
  depth: number,
): void {
  check(type.key, `${path} key`, option, depth + 1);
  check(type.value, `${path} value`, option, depth + 1);
  if (type.key.type === 'array' || type.key.type === 'map' || type.key.type === 'struct') {
    throw new TypeError(`${path}: a map key cannot be ${type.key.type.toUpperCase()}`);
  }
}

function checkDecimal(
  type: { readonly precision: number; readonly scale: number },
  path: string,
): void {
  const { precision, scale } = type;
  if (!(Number.isInteger(precision) && precision >= 1 && precision <= 38)) {
    throw new TypeError(
      `${path}: the precision of a DECIMAL is a whole number from 1 to 38, got ${precision}`,
    );
  }
  if (!(Number.isInteger(scale) && scale >= 0 && scale <= precision)) {
    throw new TypeError(
      `${path}: the scale of a DECIMAL is a whole number from 0 to ${precision}, got ${scale}`,
    );
  }
}

function checkFields(struct: StructType, path: string, option: string, depth: number): void {
  if (!Array.isArray(struct.fields)) {
    throw new TypeError(
      `${path} is a struct without fields: give ${option} as structType({ a: 'INT' })`,
    );
  }
  const names = new Set<string>();
  for (const field of struct.fields) {
    const name: unknown = field?.name;
    if (typeof name !== 'string') throw new TypeError(`${path} has a field without a name`);
    if (typeof field.nullable !== 'boolean') {
      throw new TypeError(`${path}.${name} must say nullable: true or false`);
    }
    if (names.has(name)) throw new TypeError(`${path} has field ${JSON.stringify(name)} twice`);
    names.add(name);
    check(field.dataType, `${path}.${name}`, option, depth + 1);
  }
}
