import { generated, nameLiteral, propertyLiteral } from '../generatedCode.js';
import { BAD, type ValueReader } from './bad.js';
import { NumberText } from './numberText.js';

/** Values that are taken as they are: by `typeof`, or a number of 32 bits. */
export type PlainValue = 'string' | 'number' | 'boolean' | 'int';

/** One column of a row to build. */
export interface RowColumn {
  readonly name: string;
  readonly nullable: boolean;
  readonly plain: PlainValue | undefined;
  /** Reads every other value that is not null. */
  readonly read: ValueReader<never>;
}

/** Where a column's value is: in a field of a JSON object, or at its index among cells. */
export type RowAccess = 'by name' | 'by index';

/** Wider rows are no fast objects in V8 anyway. */
const widestGenerated = 1000;

/**
 * Makes a function that builds rows of these columns: all with the same properties in the same order.
 *
 * A builder is generated from the names where the host allows it, about five times as fast as walking
 * over the columns; otherwise it walks. Names enter the generated code as JSON string literals only,
 * never data, and readers as arguments. Both read own properties only, and define `__proto__` like any
 * other name.
 */
export function compileRow(
  columns: readonly RowColumn[],
  access: RowAccess,
  generate = true,
): ValueReader<unknown> {
  if (generate && columns.length <= widestGenerated) {
    const row = generatedRow(columns, access);
    if (row !== undefined) return row;
  }
  return walkedRow(columns, access);
}

/** undefined where the host forbids code from strings (Content-Security-Policy, a Node flag). */
function generatedRow(
  columns: readonly RowColumn[],
  access: RowAccess,
): ValueReader<unknown> | undefined {
  const args = { BAD, isRecord, own: Object.hasOwn, read: columns.map((column) => column.read) };
  return generated(args, rowSource(columns, access)) as ValueReader<unknown> | undefined;
}

function rowSource(columns: readonly RowColumn[], access: RowAccess): string {
  const lines: string[] = [];
  for (const i of columns.keys()) lines.push(`const r${i} = read[${i}];`);
  lines.push('return function row(v) {');
  if (access === 'by name') lines.push('if (!isRecord(v)) return BAD;');
  lines.push('let x;');
  for (const [i, column] of columns.entries()) {
    lines.push(`let f${i}; x = ${valueSource(column.name, i, access)};`, fieldSource(column, i));
  }
  lines.push(
    `return {${columns.map(({ name }, i) => `${propertyLiteral(name)}: f${i}`).join(', ')}};`,
    '};',
  );
  return lines.join('\n');
}

function valueSource(name: string, i: number, access: RowAccess): string {
  if (access === 'by index') return `v[${i}]`;
  const read = `v[${nameLiteral(name)}]`;
  return name in Object.prototype ? `own(v, ${nameLiteral(name)}) ? ${read} : null` : read;
}

function fieldSource(column: RowColumn, i: number): string {
  const none = column.nullable ? `f${i} = null;` : 'return BAD;';
  const plain =
    column.plain === undefined
      ? ''
      : column.plain === 'int'
        ? // An object from JSON may have a toString of its own, which `|` would call.
          `if (typeof x === "number" && (x | 0) === x) f${i} = x | 0; else `
        : `if (typeof x === "${column.plain}") f${i} = x; else `;
  return `${plain}if (x === null || x === undefined) { ${none} } else { f${i} = r${i}(x); if (f${i} === BAD) return BAD; }`;
}

function walkedRow(columns: readonly RowColumn[], access: RowAccess): ValueReader<unknown> {
  const byName = access === 'by name';
  return (input) => {
    if (byName && !isRecord(input)) return BAD;
    const row = {};
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i] as RowColumn;
      const value = columnValue(input, column.name, i, byName);
      const read = value === null ? null : (column.read as ValueReader<unknown>)(value);
      if (read === BAD || (read === null && !column.nullable)) return BAD;
      setField(row, column.name, read);
    }
    return row;
  };
}

/** The raw value of a column, null if it is not there. */
export function columnValue(input: unknown, name: string, index: number, byName: boolean): unknown {
  if (!byName) return (input as readonly unknown[])[index] ?? null;
  return Object.hasOwn(input as object, name)
    ? ((input as Record<string, unknown>)[name] ?? null)
    : null;
}

/** Sets an own property, whatever its name. */
export function setField(row: object, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(row, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  } else {
    (row as Record<string, unknown>)[name] = value;
  }
}

/** Whether a JSON value is an object. */
export function isRecord(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof NumberText)
  );
}
