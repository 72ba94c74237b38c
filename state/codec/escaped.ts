import type { ByteReader } from './byteReader.js';
import type { ByteWriter } from './byteWriter.js';
import { DecodeError } from './decodeError.js';

/*
 * Text and bytes that end with 00 and still compare as before: 00 -> 01 01, 01 -> 01 02.
 * Text goes by UTF-16 code unit, because JavaScript compares strings so; a lone surrogate is a code
 * unit like any other.
 */
export function writeEscapedText(out: ByteWriter, text: string): void {
  const { length } = text;
  out.need(3 * length + 1);
  const { bytes } = out;
  let at = out.at;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      if (unit > 1) bytes[at++] = unit;
      else {
        bytes[at++] = 1;
        bytes[at++] = unit + 1;
      }
    } else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else {
      bytes[at++] = 0xe0 | (unit >> 12);
      bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
      bytes[at++] = 0x80 | (unit & 0x3f);
    }
  }
  bytes[at++] = 0;
  out.at = at;
}

export function readEscapedText(input: ByteReader): string {
  const { bytes } = input;
  const end = endOfEscaped(input);
  let at = input.at;
  while (at < end && isPlain(bytes[at] as number)) at++;
  const plain = bytes.toString('latin1', input.at, at);
  if (at === end) {
    input.at = end + 1;
    return plain;
  }
  const units: string[] = [plain];
  input.at = at;
  while (input.at < end) units.push(String.fromCharCode(readUnit(input)));
  input.at = end + 1;
  return units.join('');
}

function isPlain(byte: number): boolean {
  return byte > 1 && byte < 0x80;
}

function readUnit(input: ByteReader): number {
  const first = input.byte();
  if (first === 1) return unescaped(input);
  if (first < 0x80) return first;
  if (first >= 0xc0 && first < 0xe0) return ((first & 0x1f) << 6) | follower(input);
  if (first >= 0xe0 && first < 0xf0) {
    return ((first & 0x0f) << 12) | (follower(input) << 6) | follower(input);
  }
  throw new DecodeError('has text that is none', input.at - 1);
}

function follower(input: ByteReader): number {
  const byte = input.byte();
  if (byte < 0x80 || byte > 0xbf) throw new DecodeError('has text that is none', input.at - 1);
  return byte & 0x3f;
}

function unescaped(input: ByteReader): number {
  const byte = input.byte() - 1;
  if (byte !== 0 && byte !== 1) throw new DecodeError('has a wrong escape', input.at - 1);
  return byte;
}

function endOfEscaped(input: ByteReader): number {
  const end = input.bytes.indexOf(0, input.at);
  if (end < 0 || end >= input.end) throw new DecodeError('ends too early', input.at);
  return end;
}

export function writeEscapedBytes(out: ByteWriter, content: Uint8Array): void {
  out.need(2 * content.length + 1);
  const { bytes } = out;
  let at = out.at;
  for (let i = 0; i < content.length; i++) {
    const byte = content[i] as number;
    if (byte > 1) bytes[at++] = byte;
    else {
      bytes[at++] = 1;
      bytes[at++] = byte + 1;
    }
  }
  bytes[at++] = 0;
  out.at = at;
}

export function readEscapedBytes(input: ByteReader): Uint8Array {
  const end = endOfEscaped(input);
  const content = new Uint8Array(end - input.at);
  let length = 0;
  while (input.at < end) {
    const byte = input.byte();
    content[length++] = byte === 1 ? unescaped(input) : byte;
  }
  input.at = end + 1;
  return content.slice(0, length);
}
