import type { ConvertOptions } from '../../schema/convertOptions.js';
import type { CellColumn, CellLayout } from './cellLayout.js';
import type { JsonBytes } from './jsonBytes.js';
import { type JsonValueReader, skipOther } from './jsonNested.js';
import { valueReader } from './jsonPlan.js';
import { generatedReader } from './jsonStruct.js';
import {
  asciiText,
  copyUnescaped,
  escapedText,
  parsedText,
  passText,
  wideText,
  withoutEscapes,
} from './jsonText.js';

/** Reads the object or value at `at` into the cells of its column, of which `base` is the row's first. */
export type JsonCellReader = (from: JsonBytes, cells: Float64Array, base: number) => void;

/**
 * The reader of a layout's objects, as `jsonObjectReader`; `at` is -1 for one that is not usual, of
 * which some cells may have been written.
 */
export function jsonCellReader(
  { columns }: Pick<CellLayout, 'columns'>,
  options: ConvertOptions,
): JsonCellReader | undefined {
  const fields = [];
  for (const column of columns) {
    const read = columnReader(column, options);
    if (read === undefined) return undefined;
    fields.push({ name: column.name, nullable: column.nullable, read });
  }
  const cell = (i: number) => `cells[base + ${(columns[i] as CellColumn).at}]`;
  return generatedReader(fields, {
    parameters: 'cells, base',
    begin: columns.map((_, i) => `${cell(i)} = NaN;`).join('\n'),
    read: (i) => `read${i}(from, cells, base);`,
    isMissing: (i) => `${cell(i)} !== ${cell(i)}`,
    end: '',
  }) as JsonCellReader | undefined;
}

function columnReader(column: CellColumn, options: ConvertOptions): JsonCellReader | undefined {
  const { at, dataType } = column;
  if (column.name === options.corruptColumn) return skipOther;
  switch (column.kind) {
    case 'text':
      return (from, cells, base) => readTextCells(from, cells, base + at);
    case 'struct': {
      const inner = jsonCellReader(column, { ...options, corruptColumn: undefined });
      return (
        inner &&
        ((from, cells, base) => {
          const isObject = from.bytes[from.at] === 123;
          cells[base + at] = isObject ? 1 : Number.NaN;
          if (isObject) inner(from, cells, base);
          else from.none();
        })
      );
    }
    default: {
      const read = valueReader(dataType, options);
      return read && ((from, cells, base) => readNumberCell(from, read, cells, base + at));
    }
  }
}

function readNumberCell(
  from: JsonBytes,
  read: JsonValueReader,
  cells: Float64Array,
  at: number,
): void {
  const value = read(from);
  const number = value === null ? Number.NaN : Number(value);
  if (Number.isNaN(number) && value !== null) from.fail(); // NaN as a value is null to cells
  cells[at] = number;
}

function readTextCells(from: JsonBytes, cells: Float64Array, at: number): void {
  const start = from.at + 1;
  switch (passText(from)) {
    case asciiText:
      cells[at] = start;
      cells[at + 1] = from.at - 1;
      return;
    case wideText:
      cells[at] = start;
      cells[at + 1] = 1 - from.at;
      return;
    case escapedText: {
      const length = withoutEscapes(from);
      if (length < 0) return writeParsed(from, cells, at);
      if (!from.hasRoom(length)) return void from.fail();
      copyUnescaped(length, from.bytes, from.room);
      cells[at] = from.room;
      from.room += length;
      cells[at + 1] = from.room;
      return;
    }
    default:
      cells[at] = Number.NaN;
  }
}

/** A half of a surrogate pair alone has no UTF-8. */
const loneSurrogate = /[\ud800-\udfff]/u;

function writeParsed(from: JsonBytes, cells: Float64Array, at: number): void {
  const text = parsedText(from);
  if (text === null) return;
  if (loneSurrogate.test(text) || !from.hasRoom(3 * text.length)) return void from.fail();
  cells[at] = from.room;
  from.room += from.bytes.utf8Write(text, from.room);
  cells[at + 1] = -from.room;
}
