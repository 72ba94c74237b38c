import { pad, textWidth } from './textWidth.js';

/** A table as text: one name, one alignment per column; every row as long as `names`. */
export interface TextTable {
  readonly names: readonly string[];
  readonly align: readonly ('left' | 'right')[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Lines of a table with borders, each as wide as the others.
 *
 * @example
 * renderTable({ names: ['word', 'n'], align: ['left', 'right'], rows: [['a', '10']] });
 * // +------+----+
 * // | word |  n |
 * // +------+----+
 * // | a    | 10 |
 * // +------+----+
 */
export function renderTable(table: TextTable): readonly string[] {
  const widths = table.names.map((name, column) => {
    let width = textWidth(name);
    for (const row of table.rows) width = Math.max(width, textWidth(row[column] ?? ''));
    return width;
  });
  const border = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`;
  const line = (cells: readonly string[]): string => {
    const padded = widths.map(
      (width, i) => ` ${pad(cells[i] ?? '', width, table.align[i] ?? 'left')} `,
    );
    return `|${padded.join('|')}|`;
  };
  return [border, line(table.names), border, ...table.rows.map(line), border];
}
