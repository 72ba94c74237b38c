import { Decimal, type DecimalInput } from '../schema/decimal.js';
import { setField } from '../schema/rowShape.js';
import type { DataType, StructField, StructType } from '../schema/types.js';

/** A value of a row that its column cannot hold without losing something. */
export class NotStorable extends TypeError {
  constructor(
    readonly value: unknown,
    reason: string,
  ) {
    super(reason);
  }
}

const dayMs = 86_400_000;
const loneSurrogate = /\p{Surrogate}/u;
const wholeRange: Readonly<Record<'tinyint' | 'smallint' | 'int', number>> = {
  tinyint: 2 ** 7,
  smallint: 2 ** 15,
  int: 2 ** 31,
};

/** A value as the writer takes it: 64-bit integers as bigint, times as numbers. Throws `NotStorable`. */
export function storedValue(
  value: unknown,
  field: Omit<StructField, 'name'>,
  path: string,
): unknown {
  if (value === null || value === undefined) {
    if (field.nullable) return null;
    throw new NotStorable(value, `in column ${path}, which is NOT NULL`);
  }
  const stored = present(value, field.dataType, path);
  if (stored !== undefined) return stored;
  throw new NotStorable(value, `in column ${path} is no ${field.dataType.type.toUpperCase()}`);
}

/** undefined: not of the type. */
function present(value: unknown, type: DataType, path: string): unknown {
  switch (type.type) {
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'tinyint':
    case 'smallint':
    case 'int': {
      const limit = wholeRange[type.type];
      return isWhole(value) && value >= -limit && value < limit ? value : undefined;
    }
    case 'bigint': {
      const whole = isWhole(value) ? BigInt(value) : value;
      return typeof whole === 'bigint' && BigInt.asIntN(64, whole) === whole ? whole : undefined;
    }
    case 'float':
    case 'double':
      return typeof value === 'number' ? value : undefined;
    case 'decimal':
      return unscaled(value, type.precision, type.scale);
    case 'string':
      // A lone surrogate has no UTF-8.
      return typeof value === 'string' && !loneSurrogate.test(value) ? value : undefined;
    case 'binary':
      return value instanceof Uint8Array ? value : undefined;
    case 'date': {
      const ms = msOf(value);
      return ms !== undefined && ms % dayMs === 0 ? ms / dayMs : undefined;
    }
    case 'timestamp': {
      const ms = msOf(value);
      return ms === undefined ? undefined : BigInt(ms) * 1000n;
    }
    case 'array':
      return array(value, type.element, type.containsNull, path);
    case 'map':
      return map(value, type, path);
    case 'struct':
      return typeof value === 'object' && value !== null
        ? storedStruct(value, type, path)
        : undefined;
  }
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function msOf(value: unknown): number | undefined {
  const ms = value instanceof Date ? value.getTime() : value;
  return isWhole(ms) ? ms : undefined;
}

/** Digits beyond the column's are refused, never rounded. */
function unscaled(value: unknown, precision: number, scale: number): bigint | undefined {
  const isInput =
    value instanceof Decimal || typeof value === 'number' || typeof value === 'bigint';
  if (!isInput) return undefined;
  try {
    const exact = Decimal.of(value as DecimalInput);
    const rounded = exact.rescale(scale, precision);
    return rounded.equals(exact) ? rounded.unscaled : undefined;
  } catch {
    return undefined;
  }
}

function array(value: unknown, element: DataType, containsNull: boolean, path: string): unknown {
  const items = value instanceof Set ? [...value] : value;
  if (!Array.isArray(items)) return undefined;
  const field = { dataType: element, nullable: containsNull };
  return items.map((item: unknown) => storedValue(item, field, `${path}[]`));
}

function map(value: unknown, type: DataType & { readonly type: 'map' }, path: string): unknown {
  if (!(value instanceof Map)) return undefined;
  const key = { dataType: type.key, nullable: false };
  const field = { dataType: type.value, nullable: type.valueContainsNull };
  return Array.from(value, ([k, v]) => ({
    key: storedValue(k, key, `${path} (key)`),
    value: storedValue(v, field, `${path} (value)`),
  }));
}

/** A field that the column does not have would be lost: it is refused. */
function storedStruct(value: object, type: StructType, path: string): object {
  requireFields(value, new Set(type.fields.map((field) => field.name)), path);
  const struct: Record<string, unknown> = {};
  for (const field of type.fields) {
    setField(
      struct,
      field.name,
      storedValue(fieldOf(value, field.name), field, `${path}.${field.name}`),
    );
  }
  return struct;
}

export function requireFields(value: object, known: ReadonlySet<string>, path: string): void {
  for (const name of Object.keys(value)) {
    if (known.has(name)) continue;
    const column = path === '' ? name : `${path}.${name}`;
    throw new NotStorable(value, `has a column ${column} that the schema does not have`);
  }
}

export function fieldOf(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}
