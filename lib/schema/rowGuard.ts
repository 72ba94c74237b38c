import { Decimal } from './decimal.js';
import { exceeds } from './decimalMath.js';
import { formatType } from './formatDdl.js';
import { integerRange, isBigint64 } from './integerRange.js';
import type { RowOptions } from './rowOf.js';
import type { DataType, StructField, StructType } from './types.js';

/** Checks rows that a program made, against a schema; nothing is converted. */
export interface RowGuard {
  /** Whether every column has a value of its type. Fields that the schema does not name are let pass. */
  readonly accepts: (row: unknown) => boolean;
  /** The first column that does not, and what it holds; undefined if all do. */
  readonly problem: (row: unknown) => string | undefined;
}

type Check = (value: unknown) => boolean;

/**
 * Makes the guard of a schema for rows of typed values: `Date`, `Decimal`, `Map`, `Uint8Array` … as in
 * the type table. `undefined` is null.
 *
 * @example
 * const guard = rowGuard(parseDdl('a INT NOT NULL'));
 * guard.accepts({ a: 1 }); // true
 * guard.problem({ a: null }); // 'column a is NOT NULL, got null'
 */
export function rowGuard(schema: StructType, options: RowOptions = {}): RowGuard {
  const accepts = structCheck(schema, options);
  const checks = schema.fields.map((field) => fieldCheck(field, options));
  return {
    accepts,
    problem(row) {
      if (typeof row !== 'object' || row === null)
        return `a row must be an object, got ${shown(row)}`;
      const at = checks.findIndex((check) => !check(row));
      const field = schema.fields[at];
      if (field === undefined) return undefined;
      const value = (row as Record<string, unknown>)[field.name];
      if (value === null || value === undefined)
        return `column ${field.name} is NOT NULL, got ${value}`;
      return `column ${field.name} must be ${formatType(field.dataType)}, got ${shown(value)}`;
    },
  };
}

function structCheck(type: StructType, options: RowOptions): Check {
  const checks = type.fields.map((field) => fieldCheck(field, options));
  return (row) => {
    if (typeof row !== 'object' || row === null) return false;
    for (const check of checks) if (!check(row)) return false;
    return true;
  };
}

function fieldCheck({ name, dataType, nullable }: StructField, options: RowOptions): Check {
  const check = orNull(valueCheck(dataType, options), nullable);
  // `constructor` and the like are fields only where a row has them itself
  if (name in Object.prototype) {
    return (row) =>
      check(Object.hasOwn(row as object, name) ? (row as Record<string, unknown>)[name] : null);
  }
  return (row) => check((row as Record<string, unknown>)[name]);
}

function orNull(check: Check, nullable: boolean): Check {
  return (value) => (value === null || value === undefined ? nullable : check(value));
}

function valueCheck(type: DataType, options: RowOptions): Check {
  switch (type.type) {
    case 'string':
    case 'boolean':
      return (value) => typeof value === type.type;
    case 'tinyint':
    case 'smallint':
    case 'int':
      return integerCheck(integerRange[type.type]);
    case 'bigint':
      return options.bigints === 'bigint'
        ? (value) => typeof value === 'bigint' && isBigint64(value)
        : integerCheck(integerRange.bigint);
    case 'float':
    case 'double':
      return (value) => typeof value === 'number';
    case 'decimal':
      return decimalCheck(type);
    case 'binary':
      return (value) => value instanceof Uint8Array;
    case 'date':
    case 'timestamp':
      return options.timestamps === 'ms' ? Number.isInteger : isDate;
    case 'array':
      return arrayCheck(orNull(valueCheck(type.element, options), type.containsNull));
    case 'map':
      return mapCheck(
        valueCheck(type.key, options),
        orNull(valueCheck(type.value, options), type.valueContainsNull),
      );
    case 'struct':
      return structCheck(type, options);
  }
}

function integerCheck(range: { readonly min: number; readonly max: number }): Check {
  return (value) =>
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= range.min &&
    value <= range.max;
}

/** A Decimal of the column's scale or a smaller one that fits its digits. */
function decimalCheck(type: { readonly precision: number; readonly scale: number }): Check {
  return (value) =>
    value instanceof Decimal &&
    value.scale <= type.scale &&
    !exceeds(value.unscaled, type.precision - type.scale + value.scale);
}

function isDate(value: unknown): boolean {
  return value instanceof Date && !Number.isNaN(value.getTime());
}

function arrayCheck(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

function mapCheck(isKey: Check, isValue: Check): Check {
  return (value) => {
    if (!(value instanceof Map)) return false;
    for (const [key, each] of value) if (!isKey(key) || !isValue(each)) return false;
    return true;
  };
}

function shown(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : 'a Date';
  if (typeof value !== 'object' || value === null) return `${String(value)}`;
  return `a value of type ${value.constructor?.name ?? 'object'}`;
}
