import { isDecimalLike, isPlainObject } from '../../lib/state/canonicalKey.js';
import { writeBigint } from './bigints.js';
import type { ByteWriter } from './byteWriter.js';
import { NotEncodable } from './notEncodable.js';
import type { Shapes } from './shapes.js';
import { maxValueBytes, maxValueDepth, valueTag as tag, zigzag } from './valueTags.js';

/** Appends `value` to `out`. Throws `NotEncodable`, and `unencodableIn` says why. */
export function writeValue(out: ByteWriter, value: unknown, shapes: Shapes): void {
  const from = out.at;
  writeAt(out, value, shapes, 0);
  if (out.at - from > maxValueBytes) throw new NotEncodable();
}

function writeAt(out: ByteWriter, value: unknown, shapes: Shapes, depth: number): void {
  switch (typeof value) {
    case 'number':
      writeNumber(out, value);
      break;
    case 'string':
      writeText(out, value);
      break;
    case 'object':
      if (value === null) out.byte(tag.null);
      else writeObject(out, value, shapes, depth);
      break;
    case 'boolean':
      out.byte(value ? tag.true : tag.false);
      break;
    case 'undefined':
      out.byte(tag.undefined);
      break;
    case 'bigint':
      out.byte(tag.bigint);
      writeBigint(out, value);
      break;
    default:
      throw new NotEncodable();
  }
}

function writeNumber(out: ByteWriter, value: number): void {
  const integer = value | 0;
  if (integer !== value || (value === 0 && 1 / value < 0)) {
    out.byte(tag.float);
    out.float64(value);
  } else if (integer >= 0 && integer < 128) out.byte(tag.smallInt | integer);
  else {
    out.byte(tag.int);
    out.varint(zigzag(integer));
  }
}

const isOwn = Object.prototype.hasOwnProperty;

/** Shorter text has its length in its tag. */
const shortText = 64;
/** Shorter text is written faster character by character than by a call. */
const calledText = 20;

/** Longer text is not taken through `ascii`. */
const copiedText = 1024;

const encoder = new TextEncoder();
const ascii = new Uint8Array(copiedText);
/** The first n bytes of `ascii`, by n. */
const asciiOf: (Uint8Array | undefined)[] = [];

/** A buffer has an end; whoever gets here writes a value of a gigabyte. */
const maxWritten = 0x4000_0000;

/** For text that the engine keeps as bytes, V8 knows without looking that it has none of these. */
const beyondLatin1 = /[^\0-\xff]/;

function writeText(out: ByteWriter, text: string): void {
  const { length } = text;
  if (length < calledText && writeShort(out, text)) return;
  if (length <= copiedText && writeAscii(out, text, length)) return;
  if (!beyondLatin1.test(text)) writeLatin1(out, text, length);
  else if (/\p{Surrogate}/u.test(text)) writeLong(out, tag.utf16, text, 'utf16le', 2 * length);
  else writeLong(out, tag.utf8, text, 'utf8', Buffer.byteLength(text));
}

/** False, and nothing written, if a character needs more than a byte. */
function writeShort(out: ByteWriter, text: string): boolean {
  const { length } = text;
  out.need(length + 1);
  const { at, bytes } = out;
  bytes[at] = tag.shortText | length;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0xff) return false;
    bytes[at + 1 + i] = unit;
  }
  out.at = at + 1 + length;
  return true;
}

/**
 * False, and nothing written, if it is not all ASCII: then UTF-8 has more bytes than the text units. One
 * call both asks and writes, which saves a third, though not to where the bytes belong.
 */
function writeAscii(out: ByteWriter, text: string, length: number): boolean {
  if (encoder.encodeInto(text, ascii).written !== length) return false;
  asciiOf[length] ??= ascii.subarray(0, length);
  if (length < shortText) out.byte(tag.shortText | length);
  else {
    out.byte(tag.latin1);
    out.varint(length);
  }
  out.raw(asciiOf[length]);
  return true;
}

function writeLatin1(out: ByteWriter, text: string, length: number): void {
  if (length >= shortText) return writeLong(out, tag.latin1, text, 'latin1', length);
  out.need(length + 1);
  out.bytes[out.at] = tag.shortText | length;
  out.bytes.write(text, out.at + 1, length, 'latin1');
  out.at += length + 1;
}

function writeLong(
  out: ByteWriter,
  kind: number,
  text: string,
  encoding: 'latin1' | 'utf16le' | 'utf8',
  length: number,
): void {
  if (length > maxValueBytes) throw new NotEncodable();
  out.byte(kind);
  out.varint(length);
  out.need(length);
  out.bytes.write(text, out.at, length, encoding);
  out.at += length;
}

function writeObject(out: ByteWriter, value: object, shapes: Shapes, depth: number): void {
  if (depth > maxValueDepth || out.at > maxWritten) throw new NotEncodable();
  if (Array.isArray(value)) writeArray(out, value, shapes, depth);
  else if (value instanceof Date) {
    out.byte(tag.date);
    out.float64(value.getTime());
  } else if (isPlainObject(value)) writeRecord(out, value, shapes, depth);
  else if (value instanceof Map) writeMap(out, value, shapes, depth);
  else if (value instanceof Set) writeSet(out, value, shapes, depth);
  else if (value instanceof Uint8Array) {
    out.byte(tag.bytes);
    out.varint(value.length);
    out.raw(value);
  } else writeDecimal(out, value);
}

function writeDecimal(out: ByteWriter, value: object): void {
  if (!isDecimalLike(value)) throw new NotEncodable();
  out.byte(tag.decimal);
  writeBigint(out, value.unscaled);
  out.varint(zigzag(value.scale));
  out.varint(value.precision);
}

function writeArray(out: ByteWriter, items: unknown[], shapes: Shapes, depth: number): void {
  out.byte(tag.array);
  out.varint(items.length);
  for (let i = 0; i < items.length; i++) writeAt(out, items[i], shapes, depth + 1);
}

function writeMap(
  out: ByteWriter,
  map: Map<unknown, unknown>,
  shapes: Shapes,
  depth: number,
): void {
  out.byte(tag.map);
  out.varint(map.size);
  for (const [key, value] of map) {
    writeAt(out, key, shapes, depth + 1);
    writeAt(out, value, shapes, depth + 1);
  }
}

function writeSet(out: ByteWriter, set: Set<unknown>, shapes: Shapes, depth: number): void {
  out.byte(tag.set);
  out.varint(set.size);
  for (const item of set) writeAt(out, item, shapes, depth + 1);
}

function writeRecord(out: ByteWriter, value: object, shapes: Shapes, depth: number): void {
  const shape = shapes.idOf(value);
  if (shape < 0) return writeNamed(out, value, shapes, depth);
  out.byte(tag.shaped);
  out.varint(shape);
  const record = value as Readonly<Record<string, unknown>>;
  // A field of the very object that `for in` walks is read by its place, without a lookup by name.
  for (const name in record) {
    if (isOwn.call(record, name)) writeAt(out, record[name], shapes, depth + 1);
  }
}

function writeNamed(out: ByteWriter, value: object, shapes: Shapes, depth: number): void {
  const names = Object.keys(value);
  out.byte(tag.named);
  out.varint(names.length);
  for (const name of names) {
    writeText(out, name);
    writeAt(out, Reflect.get(value, name), shapes, depth + 1);
  }
}
