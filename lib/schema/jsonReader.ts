import { farthestMs } from '../time/civil.js';
import { dateParser, timestampParser } from '../time/timestamps.js';
import { BAD, type ValueReader } from './bad.js';
import { bytesOfBase64 } from './base64.js';
import { cellReader, instantReader, readBigint, readDouble } from './cellReader.js';
import type { ConvertOptions } from './convertOptions.js';
import { Decimal } from './decimal.js';
import { integerRange } from './integerRange.js';
import { JsonText, NumberText } from './numberText.js';
import { lastOf } from './repeated.js';
import { compileRow, type PlainValue } from './rowShape.js';
import type { DataType, StructType } from './types.js';

/**
 * Makes the reader of one type's values in parsed JSON, which are not null.
 *
 * Rules as in Spark: no text for numbers or booleans, except NaN and the infinities; whole numbers in
 * their range; a STRING takes any value, as the text that `exactJson` keeps of it; a whole number for a TIMESTAMP counts
 * seconds (`epochUnit`); DECIMAL from number or text, rounded half up to its scale; BINARY is base64.
 */
export function jsonReader(type: DataType, options: ConvertOptions = {}): ValueReader<unknown> {
  switch (type.type) {
    case 'string':
      return readString;
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? value : BAD);
    case 'tinyint':
    case 'smallint':
    case 'int':
      return integerReader(integerRange[type.type]);
    case 'bigint':
      return options.bigints === 'bigint' ? exactInteger : integerReader(integerRange.bigint);
    case 'double':
      return doubleValue;
    case 'float':
      return floatValue;
    case 'decimal':
      return decimalReader(type);
    case 'binary':
      return (value) => (typeof value === 'string' ? (bytesOfBase64(value) ?? BAD) : BAD);
    case 'date': {
      const read = instantReader(dateParser({ format: options.dateFormat }), options);
      return (value) => (typeof value === 'string' ? read(value) : BAD);
    }
    case 'timestamp':
      return timestampReader(options);
    case 'array':
      return arrayReader(jsonReader(type.element, options), type.containsNull);
    case 'map':
      return mapReader(type, jsonReader(type.value, options), options);
    case 'struct':
      return structReader(type, options);
  }
}

/** The reader of an object: a row of stable shape. Missing fields are null. */
function structReader(type: StructType, options: ConvertOptions): ValueReader<unknown> {
  return compileRow(
    type.fields.map(({ name, dataType, nullable }) => ({
      name,
      nullable,
      plain: plainJson(dataType),
      read: lastOf(jsonReader(dataType, options), nullable),
    })),
    'by name',
  );
}

/** Types whose common JSON value is itself: checked in place, without a call. */
export function plainJson(type: DataType): PlainValue | undefined {
  if (type.type === 'string' || type.type === 'boolean') return type.type;
  if (type.type === 'double') return 'number';
  return type.type === 'int' ? 'int' : undefined;
}

function readString(value: unknown): unknown {
  if (typeof value === 'string') return value;
  // JSON.parse has lost digits, blanks and repeated keys: what is written there is asked for again
  return value instanceof JsonText ? value.text : BAD;
}

function integerReader(range: {
  readonly min: number;
  readonly max: number;
}): ValueReader<unknown> {
  return (value) => {
    const number = value instanceof NumberText ? Number(value.text) : value;
    if (typeof number !== 'number' || !Number.isInteger(number)) return BAD;
    return number >= range.min && number <= range.max ? number + 0 : BAD;
  };
}

/** A number that JSON.parse gave is exact only up to 2^53; longer ones come as `NumberText`. */
function exactInteger(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : BAD;
  return value instanceof NumberText ? readBigint(value.text) : BAD;
}

function doubleValue(value: unknown): unknown {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return nonNumber(value);
  return value instanceof NumberText ? Number(value.text) : BAD;
}

function floatValue(value: unknown): unknown {
  const double = doubleValue(value);
  return typeof double === 'number' ? Math.fround(double) : BAD;
}

/** Text stands for NaN and the infinities only. */
function nonNumber(text: string): unknown {
  if (text.length < 3 || text.length > 9) return BAD;
  const value = readDouble(text);
  return typeof value === 'number' && !Number.isFinite(value) && !/\d/.test(text) ? value : BAD;
}

function decimalReader(type: {
  readonly precision: number;
  readonly scale: number;
}): ValueReader<unknown> {
  return (value) => {
    if (typeof value === 'number') return Decimal.tryNumber(value, type) ?? BAD;
    if (typeof value === 'string') return Decimal.tryParse(value, type) ?? BAD;
    return value instanceof NumberText ? (Decimal.tryParse(value.text, type) ?? BAD) : BAD;
  };
}

function timestampReader(options: ConvertOptions): ValueReader<unknown> {
  const { timeZone, timestampFormat: format } = options;
  const read = instantReader(timestampParser({ timeZone, format }), options);
  const unitMs = options.epochUnit === 'ms' ? 1 : 1000;
  const asMs = options.timestamps === 'ms';
  return (value) => {
    if (typeof value === 'string') return read(value);
    const units = value instanceof NumberText ? Number(value.text) : value;
    if (typeof units !== 'number' || !Number.isInteger(units)) return BAD;
    const ms = units * unitMs + 0;
    if (!(Math.abs(ms) <= farthestMs)) return BAD;
    return asMs ? ms : new Date(ms);
  };
}

/** An array is `BAD` as soon as one element is. */
export function arrayReader(
  read: ValueReader<unknown>,
  containsNull: boolean,
): ValueReader<unknown> {
  return (value) => {
    if (!Array.isArray(value)) return BAD;
    const elements: unknown[] = [];
    for (const each of value as readonly unknown[]) {
      if (each === null) {
        if (!containsNull) return BAD;
        elements.push(null);
        continue;
      }
      const element = read(each);
      if (element === BAD) return BAD;
      elements.push(element);
    }
    return elements;
  };
}

/** Keys of a JSON object are text, read as cells of the key type; `BAD` as soon as one entry is. */
export function mapReader(
  type: Extract<DataType, { type: 'map' }>,
  read: ValueReader<unknown>,
  options: ConvertOptions,
): ValueReader<unknown> {
  const readKey = cellReader(type.key, options);
  const readValue = lastOf(read, type.valueContainsNull);
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return BAD;
    if (value instanceof NumberText) return BAD;
    const map = new Map<unknown, unknown>();
    for (const [name, each] of Object.entries(value)) {
      const key = readKey(name);
      const mapped: unknown = each === null ? null : readValue(each);
      if (key === BAD || mapped === BAD || (mapped === null && !type.valueContainsNull)) return BAD;
      map.set(key, mapped);
    }
    return map;
  };
}
