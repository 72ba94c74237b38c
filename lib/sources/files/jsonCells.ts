import type { ConvertOptions } from '../../schema/convertOptions.js';
import type { CellColumn, CellLayout } from './cellLayout.js';
import type { JsonBytes } from './jsonBytes.js';
import { skipOther } from './jsonNested.js';
import { valueReader } from './jsonPlan.js';
import { generatedReader } from './jsonStruct.js';
import {
  asciiText,
  hasEscapes,
  noRoom,
  notPlain,
  otherValue,
  parsedText,
  passText,
  wideText,
  withoutEscapes,
} from './jsonText.js';

/** Reads the object at `at` into the cells of a row, of which `base` is the first. */
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
  const column = (i: number) => columns[i] as CellColumn;
  const cell = (i: number) => `cells[base + ${column(i).at}]`;
  return generatedReader(fields, {
    parameters: 'cells, base',
    begin: columns.map((_, i) => `${cell(i)} = NaN;`).join('\n'),
    read: (i) => readSource(`read${i}`, cell(i), column(i)),
    isMissing: (i) => `${cell(i)} !== ${cell(i)}`,
    end: '',
  }) as JsonCellReader | undefined;
}

function readSource(read: string, cell: string, { kind, at }: CellColumn): string {
  switch (kind) {
    case 'text':
      return `${read}(from, cells, base + ${at});`;
    case 'struct':
      return `${cell} = bytes[at] === 123 ? 1 : NaN;
        if (bytes[at] === 123) ${read}(from, cells, base); else from.none();`;
    default: // NaN as a value would be null to cells; a Date becomes its milliseconds
      return `const value = ${read}(from);
        if (value !== value) return from.fail();
        ${cell} = value === null ? NaN : +value;`;
  }
}

function columnReader(column: CellColumn, options: ConvertOptions) {
  if (column.name === options.corruptColumn) return skipOther;
  switch (column.kind) {
    case 'text':
      return readTextCells;
    case 'struct':
      return jsonCellReader(column, { ...options, corruptColumn: undefined });
    default:
      return valueReader(column.dataType, options);
  }
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
    case hasEscapes: {
      const { bytes, room } = from;
      const end = withoutEscapes(from, bytes, from.view, room);
      if (end === notPlain) return writeParsed(from, cells, at);
      if (end === noRoom) return void from.fail();
      cells[at] = room;
      cells[at + 1] = end;
      from.room = end;
      return;
    }
    case otherValue:
      cells[at] = start - 1;
      cells[at + 1] = -from.at;
      return;
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
