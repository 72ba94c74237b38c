import { generated, nameLiteral, propertyLiteral } from '../../generatedCode.js';
import type { JsonBytes } from './jsonBytes.js';
import { JsonKeys } from './jsonKeys.js';
import type { JsonValueReader } from './jsonNested.js';
import { skipBlanks } from './jsonSkip.js';
import type { KeyPattern } from './keyPattern.js';

type Row = Readonly<Record<string, unknown>>;

/**
 * Reads the object at `at`, whose brace the caller has seen. `rest` has the columns that do not come
 * from it.
 */
export type JsonStructReader = (from: JsonBytes, rest: Row | undefined) => Row | null;

export interface JsonField {
  readonly name: string;
  readonly nullable: boolean;
  readonly read: JsonValueReader;
}

/** V8 does not optimise much longer functions. */
const widestGenerated = 300;

/**
 * Makes the reader of objects with these fields. It is generated: values stay in local variables until
 * an object literal takes them, and keys are compared with constants. Names enter the code as JSON
 * string literals and as the words of their bytes, data never.
 *
 * Out: undefined where the host forbids code from strings, and for too many fields.
 */
export function structReader(
  fields: readonly JsonField[],
  columns: readonly string[],
): JsonStructReader | undefined {
  if (columns.length > widestGenerated) return undefined;
  const keys = new JsonKeys(fields.map((field) => field.name));
  const readers = fields.map((field) => field.read);
  const args = { keys, following: keys.following, skipBlanks, readers };
  const source = structSource(fields, columns, keys.patterns);
  return generated(args, source) as JsonStructReader | undefined;
}

/**
 * ```
 * for each key: switch (the column expected) {
 *   case i: if its pattern stands here, read the value, expect the column that followed it last time;
 *           else find the column and try again, or skip the value
 * }
 * ```
 */
function structSource(
  fields: readonly JsonField[],
  columns: readonly string[],
  patterns: readonly (KeyPattern | undefined)[],
): string {
  const each = (line: (i: number) => string) => fields.map((_, i) => line(i)).join('\n');
  const missing = fields.flatMap((field, i) => (field.nullable ? [] : [`f${i} === null`]));
  return `${each((i) => `const read${i} = readers[${i}];`)}
return function struct(from, rest) {
  const bytes = from.bytes, view = from.view;
  ${each((i) => `let f${i} = null;`)}
  let at = from.at + 1, before = 0;
  if (bytes[at] !== 34) at = skipBlanks(bytes, at);
  let next = following[0];
  if (bytes[at] !== 125) for (;;) {
    switch (next) {
${each((i) => caseSource(i, patterns[i]))}
    default: next = -1;
    }
    if (next < 0) {
      next = keys.find(from, at, before);
      if (next >= 0) continue;
      if (next === -2) return from.fail();
      at = from.at;
      next = following[before];
    }
    if (bytes[at] !== 44) {
      if (bytes[at] === 125) break;
      at = skipBlanks(bytes, at);
      if (bytes[at] === 125) break;
      if (bytes[at] !== 44) return from.fail();
    }
    at++;
    if (bytes[at] !== 34) {
      at = skipBlanks(bytes, at);
      if (bytes[at] !== 34) return from.fail();
    }
  }
  ${missing.length === 0 ? '' : `if (${missing.join(' || ')}) return from.fail();`}
  from.at = at + 1;
  return { ${columns.map((column) => propertySource(column, fields)).join(', ')} };
};`;
}

function caseSource(i: number, pattern: KeyPattern | undefined): string {
  if (pattern === undefined) return '';
  const words = pattern.words.map(({ at, word }) => `view.getInt32(at + ${at}, true) === ${word}`);
  return `    case ${i}:
      if (${words.join(' && ')}) {
        at += ${pattern.length};
        if (bytes[at] <= 32) at = skipBlanks(bytes, at);
        from.at = at;
        f${i} = read${i}(from);
        at = from.at;
        if (at < 0) return null;
        before = ${i + 1};
        next = following[${i + 1}];
      } else next = -1;
      break;`;
}

function propertySource(column: string, fields: readonly JsonField[]): string {
  const index = fields.findIndex((field) => field.name === column);
  const value = index < 0 ? `rest[${nameLiteral(column)}]` : `f${index}`;
  return `${propertyLiteral(column)}: ${value}`;
}
