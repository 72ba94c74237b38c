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

/** What a generated function does with the values that it meets, as source text. */
export interface StructTarget {
  /** Its parameters after `from`. */
  readonly parameters: string;
  /** Before the object is read. */
  readonly begin: string;
  /** Reads the value of a field at `from.at`. */
  read(i: number): string;
  /** Whether a field that may not be null has not come, or is null. */
  isMissing(i: number): string;
  /** When all is read. */
  readonly end: string;
}

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
  const all = columns.map((column) => propertySource(column, fields)).join(', ');
  const target: StructTarget = {
    parameters: 'rest',
    begin: fields.map((_, i) => `let f${i} = null;`).join('\n'),
    read: (i) => `f${i} = read${i}(from);`,
    isMissing: (i) => `f${i} === null`,
    end: `return { ${all} };`,
  };
  if (columns.length > widestGenerated) return undefined;
  return generatedReader(fields, target) as JsonStructReader | undefined;
}

/** As above, for any target; `read0`, `read1`, … are the fields' readers. */
export function generatedReader(
  fields: readonly { readonly name: string; readonly nullable: boolean; readonly read: unknown }[],
  target: StructTarget,
): ((...args: never[]) => unknown) | undefined {
  if (fields.length > widestGenerated) return undefined;
  const keys = new JsonKeys(fields.map((field) => field.name));
  const readers = fields.map((field) => field.read);
  const args = { keys, following: keys.following, skipBlanks, readers };
  const missing = fields.flatMap(({ nullable }, i) => (nullable ? [] : [target.isMissing(i)]));
  return generated(args, structSource(keys.patterns, target, missing));
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
  patterns: readonly (KeyPattern | undefined)[],
  target: StructTarget,
  missing: readonly string[],
): string {
  const each = (line: (i: number) => string) => patterns.map((_, i) => line(i)).join('\n');
  return `${each((i) => `const read${i} = readers[${i}];`)}
return function struct(from, ${target.parameters}) {
  const bytes = from.bytes, view = from.view;
  ${target.begin}
  let at = from.at + 1, before = 0;
  if (bytes[at] !== 34) at = skipBlanks(bytes, at);
  let next = following[0];
  if (bytes[at] !== 125) for (;;) {
    switch (next) {
${each((i) => caseSource(i, patterns[i], target.read(i)))}
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
  ${target.end}
};`;
}

function caseSource(i: number, pattern: KeyPattern | undefined, read: string): string {
  if (pattern === undefined) return '';
  const words = pattern.words.map(({ at, word }) => `view.getInt32(at + ${at}, true) === ${word}`);
  return `    case ${i}:
      if (${words.join(' && ')}) {
        at += ${pattern.length};
        if (bytes[at] <= 32) at = skipBlanks(bytes, at);
        from.at = at;
        { ${read} }
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
