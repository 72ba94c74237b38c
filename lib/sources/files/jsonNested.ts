import { BAD, type ValueReader } from '../../schema/bad.js';
import { keysIn } from '../../schema/repeated.js';
import type { JsonBytes } from './jsonBytes.js';
import { keysPassed, skipBlanks, skipValue } from './jsonSkip.js';

/** Reads the value at `at`; null if null stands there, or with `at` at -1 if it is none. */
export type JsonValueReader = (from: JsonBytes) => unknown;

export function readBoolean(from: JsonBytes): boolean | null {
  const { at, bytes } = from;
  const first = bytes[at];
  if (first !== 116 && first !== 102) return from.none();
  const after = skipValue(bytes, at);
  from.at = after;
  return first === 116;
}

export function readArray(
  from: JsonBytes,
  read: JsonValueReader,
  containsNull: boolean,
): readonly unknown[] | null {
  const { bytes } = from;
  if (bytes[from.at] !== 91) return from.none();
  const values: unknown[] = [];
  from.at = skipBlanks(bytes, from.at + 1);
  if (bytes[from.at] === 93) {
    from.at++;
    return values;
  }
  for (;;) {
    const value = read(from);
    if (from.at < 0) return null;
    if (value === null && !containsNull) return from.fail();
    values.push(value);
    const at = skipBlanks(bytes, from.at);
    from.at = at + 1;
    if (bytes[at] === 93) return values;
    if (bytes[at] !== 44) return from.fail();
    from.at = skipBlanks(bytes, at + 1);
  }
}

/** Any value as JSON, which the type's converter takes on. */
export function readOther(
  from: JsonBytes,
  parse: (text: string) => unknown,
  convert: ValueReader<unknown>,
): unknown {
  const { at, bytes, view } = from;
  if (bytes[at] === 110) return from.none();
  const keysBefore = keysPassed();
  const end = skipValue(bytes, at, 1, view);
  if (end < 0) return from.fail();
  const keys = keysPassed() - keysBefore;
  from.at = end;
  const parsed = parse(bytes.utf8Slice(at, end));
  if (keysIn(parsed) < keys) return from.fail(); // of a key that stands twice only the last value is left
  const value = convert(parsed);
  return value === BAD ? from.fail() : value;
}

/** A value that no column takes. */
export function skipOther(from: JsonBytes): null {
  from.at = skipValue(from.bytes, from.at, 1, from.view);
  return null;
}
