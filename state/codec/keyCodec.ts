import type * as E from 'fp-ts/lib/Either.js';
import { Decimal } from '../../lib/schema/decimal.js';
import { isDecimalLike, isPlainObject, sortedNames } from '../../lib/state/canonicalKey.js';
import { bigintOf, magnitudeOf } from './bigints.js';
import { ByteReader } from './byteReader.js';
import type { ByteWriter } from './byteWriter.js';
import { DecodeError, decoded } from './decodeError.js';
import {
  readEscapedBytes,
  readEscapedText,
  writeEscapedBytes,
  writeEscapedText,
} from './escaped.js';
import { NotEncodable } from './notEncodable.js';
import { readOrderedNumber, writeOrderedNumber } from './orderedNumber.js';

/*
 * Keys as bytes that compare as the keys do. Persistent format v1: add, never change.
 *
 * key     := null | false | true | number | bigint | decimal | string | date | bytes | array | object
 * null    := 05              false := 0A              true := 0B
 * number  := 10 ordered64                             NaN is above all numbers; −0 is 0
 * bigint  := 14 integer
 * decimal := 18 scale:byte integer precision:byte
 * string  := 20 escaped(UTF-16 code units, each as UTF-8 would write it) 00
 * date    := 28 ordered64
 * bytes   := 30 escaped 00
 * array   := 38 key* 00
 * object  := 40 (string key)* 00                      names in code unit order
 * integer := 01 length:u32 magnitude | 00 ~length:u32 ~magnitude        (>= 0 | < 0), big-endian
 * ordered64 := float64 big-endian, sign bit flipped; all bits flipped if negative
 * escaped := 00 -> 01 01, 01 -> 01 02: so 00 ends it, and no key is a prefix of another
 */
const tag = {
  end: 0x00,
  null: 0x05,
  false: 0x0a,
  true: 0x0b,
  number: 0x10,
  bigint: 0x14,
  decimal: 0x18,
  string: 0x20,
  date: 0x28,
  bytes: 0x30,
  array: 0x38,
  object: 0x40,
} as const;

const maxDepth = 32;

/** Appends `key` to `out`. Throws `NotEncodable`; `canonicalKey` has refused such keys before. */
export function writeKey(out: ByteWriter, key: unknown): void {
  writeAt(out, key, 0);
}

function writeAt(out: ByteWriter, key: unknown, depth: number): void {
  switch (typeof key) {
    case 'string':
      out.byte(tag.string);
      writeEscapedText(out, key);
      break;
    case 'number':
      out.byte(tag.number);
      writeOrderedNumber(out, key);
      break;
    case 'boolean':
      out.byte(key ? tag.true : tag.false);
      break;
    case 'undefined':
      out.byte(tag.null);
      break;
    case 'bigint':
      out.byte(tag.bigint);
      writeInteger(out, key);
      break;
    case 'object':
      if (key === null) out.byte(tag.null);
      else writeObject(out, key, depth);
      break;
    default:
      throw new NotEncodable();
  }
}

function writeObject(out: ByteWriter, key: object, depth: number): void {
  if (depth > maxDepth) throw new NotEncodable();
  if (Array.isArray(key)) {
    out.byte(tag.array);
    for (let i = 0; i < key.length; i++) writeAt(out, key[i], depth + 1);
    out.byte(tag.end);
  } else if (key instanceof Date) {
    out.byte(tag.date);
    writeOrderedNumber(out, key.getTime());
  } else if (isPlainObject(key)) writeRecord(out, key, depth);
  else if (key instanceof Uint8Array) {
    out.byte(tag.bytes);
    writeEscapedBytes(out, key);
  } else writeDecimal(out, key);
}

function writeDecimal(out: ByteWriter, key: object): void {
  if (!isDecimalLike(key)) throw new NotEncodable();
  out.byte(tag.decimal);
  out.byte(key.scale + 128);
  writeInteger(out, key.unscaled);
  out.byte(key.precision);
}

function writeRecord(out: ByteWriter, key: object, depth: number): void {
  out.byte(tag.object);
  for (const name of sortedNames(key)) {
    out.byte(tag.string);
    writeEscapedText(out, name);
    writeAt(out, Reflect.get(key, name), depth + 1);
  }
  out.byte(tag.end);
}

function writeInteger(out: ByteWriter, value: bigint): void {
  const magnitude = magnitudeOf(value);
  const flip = value < 0n ? 0xff : 0;
  out.byte(value < 0n ? 0 : 1);
  out.uint32(value < 0n ? ~magnitude.length >>> 0 : magnitude.length);
  for (let i = 0; i < magnitude.length; i++) out.byte((magnitude[i] as number) ^ flip);
}

/** The key that `bytes` are. */
export function decodeKey(bytes: Uint8Array): E.Either<DecodeError, unknown> {
  return decoded(() => {
    const input = new ByteReader(bytes);
    const key = readKey(input);
    if (!input.isAtEnd) throw new DecodeError('goes on behind the key', input.at);
    return key;
  });
}

/** Throws `DecodeError`. */
export function readKey(input: ByteReader, depth = 0): unknown {
  if (depth > maxDepth + 1) throw new DecodeError('is nested too deep', input.at);
  const at = input.at;
  switch (input.byte()) {
    case tag.null:
      return null;
    case tag.false:
      return false;
    case tag.true:
      return true;
    case tag.number:
      return readOrderedNumber(input);
    case tag.bigint:
      return readInteger(input);
    case tag.decimal:
      return readDecimal(input);
    case tag.string:
      return readEscapedText(input);
    case tag.date:
      return new Date(readOrderedNumber(input));
    case tag.bytes:
      return readEscapedBytes(input);
    case tag.array:
      return readArray(input, depth);
    case tag.object:
      return readRecord(input, depth);
    default:
      throw new DecodeError('has no key', at);
  }
}

function readArray(input: ByteReader, depth: number): unknown[] {
  const items: unknown[] = [];
  while (input.peek() !== tag.end) items.push(readKey(input, depth + 1));
  input.byte();
  return items;
}

function readRecord(input: ByteReader, depth: number): object {
  const fields: [string, unknown][] = [];
  for (;;) {
    const next = input.byte();
    if (next === tag.end) return Object.fromEntries(fields);
    if (next !== tag.string) throw new DecodeError('has no field name', input.at - 1);
    const name = readEscapedText(input);
    fields.push([name, readKey(input, depth + 1)]);
  }
}

function readInteger(input: ByteReader): bigint {
  const positive = input.byte() === 1;
  const length = positive ? input.uint32() : ~input.uint32() >>> 0;
  const from = input.take(length);
  if (positive) return bigintOf(input.bytes, from, from + length);
  const flipped = Buffer.from(input.bytes.subarray(from, from + length));
  for (let i = 0; i < length; i++) flipped[i] = (flipped[i] as number) ^ 0xff;
  return -bigintOf(flipped, 0, length);
}

function readDecimal(input: ByteReader): Decimal {
  const scale = input.byte() - 128;
  const unscaled = readInteger(input);
  return new Decimal(unscaled, scale, input.byte());
}
