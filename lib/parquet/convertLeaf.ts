import { Decimal } from '../schema/decimal.js';
import type { RowOptions } from '../schema/rowOf.js';
import type { DataType } from '../schema/types.js';
import { isUnsigned, onceType, timestampUnit } from './columnType.js';
import type { Calendar } from './footer.js';
import type { ConvertValues } from './leafColumn.js';
import type { ParquetNode } from './parquetNode.js';
import type { PlainValues } from './plainValues.js';
import {
  beyondSafe,
  halfFloat,
  type InstantOf,
  instantOf,
  instants,
  int64Numbers,
  int96Instant,
  sinceGregory,
  unscaledOf,
  within64,
} from './storedNumber.js';

/** How values become those of rows. */
export interface LeafOptions extends RowOptions {
  /** Default: every time is of the Gregorian calendar. */
  readonly calendar?: Calendar;
}

/** Widening that loses nothing: stored type → what a schema may say instead. */
const wider: Readonly<Record<string, readonly string[]>> = {
  tinyint: ['smallint', 'int', 'bigint', 'double'],
  smallint: ['int', 'bigint', 'double'],
  int: ['bigint', 'double'],
  float: ['double'],
  date: ['timestamp'],
  string: ['binary'],
  binary: ['string'],
};

/**
 * Turns stored values of a leaf into values of `target`; undefined if the file's type is not that one
 * and not narrower.
 */
export function converterFor(
  node: ParquetNode,
  target: DataType,
  options: LeafOptions,
): ConvertValues | undefined {
  const stored = onceType(node);
  if (target.type === 'decimal') return decimals(node, stored, target);
  if (stored.type === 'decimal') {
    const unsigned = node.type === 'INT64' && isUnsigned(node) && target.type === 'bigint';
    return unsigned ? int64(node, options) : undefined;
  }
  if (stored.type !== target.type && !wider[stored.type]?.includes(target.type)) return undefined;
  switch (target.type) {
    case 'binary':
      return (values) => each(values as readonly Uint8Array[], (bytes) => new Uint8Array(bytes));
    case 'string':
      return node.logical?.type === 'UUID' ? uuids : texts;
    case 'date':
    case 'timestamp':
      return times(node, instantsOf(node, options));
    case 'bigint':
      return node.type === 'INT64' ? int64(node, options) : int32(node, options);
    case 'float':
      if (node.type === 'FLOAT') return plainNumbers;
      return (values) => each(values as readonly Uint8Array[], halfFloat);
    case 'double':
      return node.logical?.type === 'FLOAT16'
        ? (values) => each(values as readonly Uint8Array[], halfFloat)
        : plainNumbers;
    default:
      return plainNumbers;
  }
}

/** Booleans, and numbers that fit as they are. */
function plainNumbers(values: PlainValues): readonly unknown[] {
  return Array.from(values as ArrayLike<unknown>);
}

function each<A>(values: ArrayLike<A>, convert: (value: A) => unknown): readonly unknown[] {
  const out: unknown[] = [];
  for (let i = 0; i < values.length; i++) out.push(convert(values[i] as A));
  return out;
}

function texts(values: PlainValues): readonly unknown[] {
  return each(values as readonly Uint8Array[], (bytes) =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'),
  );
}

function uuids(values: PlainValues): readonly unknown[] {
  return each(values as readonly Uint8Array[], (bytes) => {
    const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
    const parts = [
      [0, 8],
      [8, 12],
      [12, 16],
      [16, 20],
      [20, 32],
    ] as const;
    return parts.map(([from, to]) => hex.slice(from, to)).join('-');
  });
}

/** What the bits of an INT32 say. */
function int32Sign(node: ParquetNode): (value: number) => number {
  return isUnsigned(node) ? (value) => value >>> 0 : (value) => value;
}

/** What the bits of an INT64 say. */
function int64Sign(node: ParquetNode): (value: bigint) => bigint {
  return isUnsigned(node) ? unsigned : (value) => value;
}

function int32(node: ParquetNode, { bigints }: RowOptions): ConvertValues {
  const sign = int32Sign(node);
  return bigints === 'bigint'
    ? (values) => each(values as Int32Array, (value) => BigInt(sign(value)))
    : (values) => each(values as Int32Array, sign);
}

function int64(node: ParquetNode, { bigints }: RowOptions): ConvertValues {
  const sign = int64Sign(node);
  if (bigints === 'bigint') {
    const exact = isUnsigned(node) ? (value: bigint) => within64(unsigned(value)) : sign;
    return (values) => each(values as BigInt64Array, exact);
  }
  const large = (value: bigint) => beyondSafe(sign(value));
  // A negative number is a large one without its sign.
  const small = isUnsigned(node)
    ? (value: number) => (value < 0 ? large(BigInt(value)) : value)
    : (value: number) => value;
  return (values) => int64Numbers(values as BigInt64Array, large, small);
}

function unsigned(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

function instantsOf(node: ParquetNode, { timestamps, calendar }: LeafOptions): InstantOf {
  const instant = instantOf(timestamps ?? 'date');
  const isJulian = node.type === 'INT96' ? calendar?.julianInt96 : calendar?.julian;
  return isJulian ? sinceGregory(instant) : instant;
}

function times(node: ParquetNode, instant: InstantOf): ConvertValues {
  if (node.type === 'INT96') {
    return (values) => each(values as readonly bigint[], (value) => int96Instant(value, instant));
  }
  if (node.type === 'INT32') {
    return (values) => each(values as Int32Array, (days) => instant(days * 86_400_000));
  }
  const unitsPerMs = { MILLIS: 1, MICROS: 1000, NANOS: 1_000_000 }[timestampUnit(node) ?? 'MILLIS'];
  return (values) => instants(values as BigInt64Array, unitsPerMs, instant);
}

type Digits = { readonly precision: number; readonly scale: number };

const wholeTypes: readonly DataType['type'][] = ['tinyint', 'smallint', 'int', 'bigint'];

/** As a decimal; whole numbers as Spark takes them, by how they are stored. undefined: it is neither. */
function storedDigits(node: ParquetNode, stored: DataType): Digits | undefined {
  if (stored.type === 'decimal') return stored;
  if (!wholeTypes.includes(stored.type)) return undefined;
  return { precision: node.type === 'INT32' ? 10 : 20, scale: 0 };
}

/** At the same scale or a larger one, if every stored value fits; whole numbers are decimals, too. */
function decimals(
  node: ParquetNode,
  stored: DataType,
  target: DataType & { readonly type: 'decimal' },
): ConvertValues | undefined {
  const { precision, scale } = target;
  const from = storedDigits(node, stored);
  if (from === undefined) return undefined;
  const more = scale - from.scale;
  if (more < 0 || precision - scale < from.precision - from.scale) return undefined;
  const factor = 10n ** BigInt(more);
  const decimal = (unscaled: bigint) => new Decimal(unscaled * factor, scale, precision);
  switch (node.type) {
    case 'INT32': {
      const sign = int32Sign(node);
      return (values) => each(values as Int32Array, (value) => decimal(BigInt(sign(value))));
    }
    case 'INT64': {
      const sign = int64Sign(node);
      return (values) => each(values as BigInt64Array, (value) => decimal(sign(value)));
    }
    default:
      return (values) => each(values as readonly Uint8Array[], (b) => decimal(unscaledOf(b)));
  }
}
