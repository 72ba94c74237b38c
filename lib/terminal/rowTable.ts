import type { StructType } from '../schema/types.js';
import { cellText, fieldOf, isTimeWindow } from './cellText.js';
import type { TextTable } from './table.js';
import { clip } from './textWidth.js';
import { visible } from './visible.js';

/**
 * Rows of a stream as a table of text: objects by their fields, anything else in one column `value`.
 *
 * Columns come in the order of the schema, then in the order in which rows first have them. Cells
 * longer than `columns` are cut, but for dates and windows, which are of use only whole. Numbers are
 * set to the right.
 */
export function rowTable(
  rows: readonly unknown[],
  columns: number,
  schema?: StructType,
): TextTable {
  const names = namesOf(rows, schema);
  if (names.length === 0 || rows.some((row) => !isRecord(row))) return valueTable(rows, columns);
  const value = (row: unknown, name: string): unknown =>
    Object.hasOwn(row as object, name) ? (row as Record<string, unknown>)[name] : null;
  return {
    names: names.map((name) => clip(visible(name), columns)),
    align: names.map((name) => alignOf(rows.map((row) => value(row, name)))),
    rows: rows.map((row) =>
      names.map((name) => cellOf(value(row, name), columns, fieldOf(schema, name))),
    ),
  };
}

function valueTable(rows: readonly unknown[], columns: number): TextTable {
  return {
    names: ['value'],
    align: [alignOf(rows)],
    rows: rows.map((row) => [cellOf(row, columns, undefined)]),
  };
}

function namesOf(rows: readonly unknown[], schema: StructType | undefined): readonly string[] {
  const names = new Set(schema?.fields.map((field) => field.name));
  for (const row of rows) if (isRecord(row)) for (const name of Object.keys(row)) names.add(name);
  return [...names];
}

/** A plain object or an instance with fields; what has a text of its own is one value. */
function isRecord(row: unknown): row is object {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return false;
  return typeof row.toString !== 'function' || row.toString === Object.prototype.toString;
}

function cellOf(value: unknown, columns: number, type: Parameters<typeof cellText>[1]): string {
  const text = cellText(value, type);
  return value instanceof Date || isTimeWindow(value) ? text : clip(text, columns);
}

function alignOf(values: readonly unknown[]): 'left' | 'right' {
  const shown = values.filter((value) => value !== null && value !== undefined);
  const numbers = shown.every((value) => typeof value === 'number' || typeof value === 'bigint');
  return numbers && shown.length > 0 ? 'right' : 'left';
}
