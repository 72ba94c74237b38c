import { maxPrecision } from './decimalMath.js';
import type { DataType, StructField } from './types.js';

/** Numbers from narrow to wide; DOUBLE takes them all. */
const integers: readonly string[] = ['tinyint', 'smallint', 'int', 'bigint'];

/**
 * The type of which only nulls have been seen. It is told by identity; where nothing else comes, it
 * already is what Spark makes of it, STRING.
 */
export const unseen: DataType = { type: 'string' };

/**
 * The narrowest type that takes the values of both, as Spark infers it.
 *
 * Whole numbers and DECIMAL widen to DECIMAL, any number and DOUBLE to DOUBLE, DATE and TIMESTAMP to
 * TIMESTAMP, arrays and structs part by part; everything else to STRING.
 */
export function widerType(a: DataType, b: DataType): DataType {
  if (a === unseen) return b;
  if (b === unseen) return a;
  if (a.type === 'struct' && b.type === 'struct') {
    return { type: 'struct', fields: widerFields(a.fields, b.fields) };
  }
  if (a.type === 'array' && b.type === 'array') {
    const element = widerType(a.element, b.element);
    return { type: 'array', element, containsNull: a.containsNull || b.containsNull };
  }
  if (a.type === 'decimal' || b.type === 'decimal') return widerDecimal(a, b);
  if (a.type === b.type) return a;
  return widerPlain(a, b);
}

function widerPlain(a: DataType, b: DataType): DataType {
  const left = integers.indexOf(a.type);
  const right = integers.indexOf(b.type);
  if (left >= 0 && right >= 0) return left > right ? a : b;
  if (isNumber(a) && isNumber(b)) return { type: 'double' };
  const types = new Set([a.type, b.type]);
  return types.has('date') && types.has('timestamp') ? { type: 'timestamp' } : { type: 'string' };
}

function widerDecimal(a: DataType, b: DataType): DataType {
  const left = digitsOf(a);
  const right = digitsOf(b);
  if (left === undefined || right === undefined) {
    return isNumber(a) && isNumber(b) ? { type: 'double' } : { type: 'string' };
  }
  const scale = Math.max(left.scale, right.scale);
  const whole = Math.max(left.precision - left.scale, right.precision - right.scale);
  if (whole + scale > maxPrecision) return { type: 'double' };
  return { type: 'decimal', precision: whole + scale, scale };
}

/** Precision and scale that hold every value of an exact type. */
function digitsOf(type: DataType): { precision: number; scale: number } | undefined {
  if (type.type === 'decimal') return type;
  const index = integers.indexOf(type.type);
  return index < 0 ? undefined : { precision: [3, 5, 10, 20][index] ?? 20, scale: 0 };
}

function isNumber(type: DataType): boolean {
  return (
    type.type === 'double' ||
    type.type === 'float' ||
    type.type === 'decimal' ||
    integers.includes(type.type)
  );
}

/** Fields in the order in which they were first seen. */
function widerFields(a: readonly StructField[], b: readonly StructField[]): readonly StructField[] {
  const fields = new Map(a.map((field) => [field.name, field]));
  for (const field of b) {
    const known = fields.get(field.name)?.dataType ?? unseen;
    const dataType = widerType(known, field.dataType);
    fields.set(field.name, { name: field.name, dataType, nullable: true });
  }
  return [...fields.values()];
}
