import type { StructType } from '../schema/types.js';
import { countText } from './figures.js';
import { paint } from './paint.js';
import { rowTable } from './rowTable.js';
import { renderTable } from './table.js';
import { clip } from './textWidth.js';

/** How a table is drawn. */
export interface TableView {
  readonly columns: number;
  /** Lines that the table may take, its frame and title included. */
  readonly lines: number;
  readonly title?: string | undefined;
  readonly schema?: StructType | undefined;
  readonly colors?: boolean;
}

/** Frame and names: what a table takes beside its rows. */
const frameLines = 4;
const longestCell = 30;

/**
 * The first rows of a table in at most `lines` lines, none wider than `columns`; the last line says how
 * many rows are not shown.
 */
export function tableLines(rows: readonly unknown[], view: TableView): readonly string[] {
  const { columns, lines, title, schema, colors = false } = view;
  const head = title === undefined ? [] : [paint(clip(title, columns), 'bold', colors)];
  if (rows.length === 0) return head;
  const room = lines - head.length - frameLines;
  const all = rows.length <= room;
  const shown = rows.slice(0, Math.max(0, all ? rows.length : room - 1));
  const table = renderTable(
    rowTable(shown.length === 0 ? rows.slice(0, 1) : shown, longestCell, schema),
  );
  const more = all ? [] : [`and ${countText(rows.length - shown.length)} more`];
  const body = shown.length === 0 ? [] : table;
  return [...head, ...[...body, ...more].map((line) => cut(line, columns))];
}

/** A line of a frame ends where the terminal does, without dots. */
function cut(line: string, columns: number): string {
  return /^[\x20-\x7e]*$/.test(line) ? line.slice(0, columns) : clip(line, columns);
}
