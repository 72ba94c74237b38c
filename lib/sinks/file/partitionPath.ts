import type { DataType } from '../../schema/types.js';
import { timeText } from './timeText.js';

/** What null is called in a path, as in Hive and Spark. */
export const nullPartition = '__HIVE_DEFAULT_PARTITION__';

const unsafe = /[^A-Za-z0-9_\-\u0080-\ud7ff\ue000-\u{10ffff}]/gu;
const notPlain = /[^A-Za-z0-9_-]/gu;

/**
 * A text as one part of a path: letters, digits, `_`, `-`, inner dots and what is beyond ASCII stay, of
 * other characters every byte of their UTF-8 is `%XX`. So Spark reads it, to which each `%XX` is a
 * character. No two texts give the same part on any file system that keeps case, and none gives one that
 * leaves its folder: some take é and e with an accent for the same, so only NFC stays as it is.
 */
export function encodePathPart(text: string): string {
  const escaped = text === text.normalize('NFC') ? unsafe : notPlain;
  return text.replace(escaped, (char, at: number) =>
    char === '.' && at > 0 && at < text.length - 1 ? char : percent(char),
  );
}

/**
 * The inverse of {@link encodePathPart}; of what others write too: escapes that are no UTF-8 are a
 * character each, as to Spark, and `%` without two digits is itself.
 */
export function decodePathPart(part: string): string {
  return part.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    const bytes = Buffer.from(run.replaceAll('%', ''), 'hex');
    const text = wtf8Text(bytes);
    const isUtf8 = Array.from(text, percent).join('') === run.toUpperCase();
    return isUtf8 ? text : bytes.toString('latin1');
  });
}

/** A partition value as text; undefined for a value that has no place in a path. */
export function partitionText(value: unknown, type: DataType | undefined): string | undefined {
  const time = timeText(value, type);
  if (time !== undefined) return time;
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return String(value).replace('e+', 'e'); // escaped, a plus would make it a text
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      return objectText(value);
    default:
      return undefined;
  }
}

/** `name=value` with both encoded; null has a name of its own, and a text of that name another. */
export function partitionFolder(name: string, text: string | null): string {
  return `${encodePathPart(name)}=${text === null ? nullPartition : encodeValue(text)}`;
}

function encodeValue(text: string): string {
  return text === nullPartition ? `%5F${nullPartition.slice(1)}` : encodePathPart(text);
}

function objectText(value: object | null): string | undefined {
  if (value instanceof Date) return undefined; // an invalid one
  const own =
    value !== null && !Array.isArray(value) && value.toString !== Object.prototype.toString;
  return own && !(value instanceof Uint8Array) ? String(value) : undefined;
}

/** UTF-8, and a lone surrogate as the three bytes that UTF-8 would give it (WTF-8). */
function percent(char: string): string {
  const code = char.charCodeAt(0);
  const lone = char.length === 1 && code >= 0xd800 && code <= 0xdfff;
  const bytes = lone
    ? [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]
    : [...Buffer.from(char, 'utf8')];
  return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

function wtf8Text(bytes: Buffer): string {
  let text = '';
  let start = 0;
  for (let at = 0; at + 2 < bytes.length; at++) {
    const [a, b, c] = [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0];
    if (a !== 0xed || b < 0xa0) continue;
    text += bytes.toString('utf8', start, at);
    text += String.fromCharCode(((a & 0x0f) << 12) | ((b & 0x3f) << 6) | (c & 0x3f));
    start = at + 3;
    at += 2;
  }
  return text + bytes.toString('utf8', start);
}
