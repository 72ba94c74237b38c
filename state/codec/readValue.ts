import type * as E from 'fp-ts/lib/Either.js';
import { Decimal } from '../../lib/schema/decimal.js';
import { readBigint } from './bigints.js';
import { ByteReader } from './byteReader.js';
import { DecodeError, decoded } from './decodeError.js';
import type { Shapes } from './shapes.js';
import { maxValueDepth, valueTag as tag, unzigzag } from './valueTags.js';

/** The value that `bytes` are. */
export function decodeValue(bytes: Uint8Array, shapes: Shapes): E.Either<DecodeError, unknown> {
  return decoded(() => {
    const input = new ByteReader(bytes);
    const value = readValue(input, shapes);
    if (!input.isAtEnd) throw new DecodeError('goes on behind the value', input.at);
    return value;
  });
}

/** Throws `DecodeError`. */
export function readValue(input: ByteReader, shapes: Shapes, depth = 0): unknown {
  const kind = input.byte();
  if (kind >= tag.smallInt) return kind - tag.smallInt;
  if (kind >= tag.shortText) return readText(input, kind - tag.shortText, 'latin1');
  switch (kind) {
    case tag.null:
      return null;
    case tag.undefined:
      return undefined;
    case tag.false:
      return false;
    case tag.true:
      return true;
    case tag.int:
      return unzigzag(input.varint());
    case tag.float:
      return input.float64();
    case tag.latin1:
      return readText(input, input.count(), 'latin1');
    case tag.utf8:
      return readText(input, input.count(), 'utf8');
    case tag.utf16:
      return readText(input, input.count(), 'utf16le');
    case tag.bigint:
      return readBigint(input);
    case tag.date:
      return new Date(input.float64());
    case tag.bytes:
      return input.raw(input.count());
    default:
      return readCompound(input, kind, shapes, depth + 1);
  }
}

function readText(input: ByteReader, length: number, encoding: BufferEncoding): string {
  const from = input.take(length);
  return input.bytes.toString(encoding, from, from + length);
}

function readCompound(input: ByteReader, kind: number, shapes: Shapes, depth: number): unknown {
  if (depth > maxValueDepth + 1) throw new DecodeError('is nested too deep', input.at);
  switch (kind) {
    case tag.decimal:
      return readDecimal(input);
    case tag.array:
      return readItems(input, input.count(), shapes, depth);
    case tag.map:
      return readMap(input, shapes, depth);
    case tag.set:
      return new Set(readItems(input, input.count(), shapes, depth));
    case tag.shaped:
      return readShaped(input, shapes, depth);
    case tag.named:
      return readNamed(input, shapes, depth);
    default:
      throw new DecodeError(`has no value (${kind})`, input.at - 1);
  }
}

function readDecimal(input: ByteReader): Decimal {
  const unscaled = readBigint(input);
  const scale = unzigzag(input.varint());
  return new Decimal(unscaled, scale, input.varint());
}

function readItems(input: ByteReader, count: number, shapes: Shapes, depth: number): unknown[] {
  const items: unknown[] = [];
  for (let i = 0; i < count; i++) items.push(readValue(input, shapes, depth));
  return items;
}

function readMap(input: ByteReader, shapes: Shapes, depth: number): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (let left = input.count(); left > 0; left--) {
    const key = readValue(input, shapes, depth);
    map.set(key, readValue(input, shapes, depth));
  }
  return map;
}

function readShaped(input: ByteReader, shapes: Shapes, depth: number): object {
  const at = input.at;
  const names = shapes.namesOf(input.varint());
  if (names === undefined) throw new DecodeError('has a shape that nobody knows', at);
  const record: Record<string, unknown> = {};
  for (let i = 0; i < names.length; i++) {
    setField(record, names[i] as string, readValue(input, shapes, depth));
  }
  return record;
}

function readNamed(input: ByteReader, shapes: Shapes, depth: number): object {
  const record: Record<string, unknown> = {};
  for (let left = input.count(); left > 0; left--) {
    const name = readValue(input, shapes, depth);
    if (typeof name !== 'string') throw new DecodeError('has a field without name', input.at);
    setField(record, name, readValue(input, shapes, depth));
  }
  return record;
}

/** `__proto__` is a field like any other, and not to be assigned. */
function setField(record: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') record[name] = value;
  else {
    Object.defineProperty(record, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
}
