import { generated, nameLiteral, propertyLiteral } from '../../generatedCode.js';
import type { AnyRow } from '../../schema/rowOf.js';
import type { CellColumn, CellLayout } from './cellLayout.js';
import type { JsonBytes } from './jsonBytes.js';
import { textAt } from './jsonText.js';

/** The rows of cells between two indexes. `rest` has the columns that are not in them. */
export type CellRows = (
  cells: Float64Array,
  from: number,
  to: number,
  block: JsonBytes,
  rest: AnyRow | undefined,
) => AnyRow[];

/**
 * Makes the function that turns cells into rows with these columns, in this order.
 *
 * Out: undefined where the host forbids code from strings.
 */
export function cellRows(layout: CellLayout, columns: readonly string[]): CellRows | undefined {
  const row = columns.map((name) => {
    const column = layout.columns.find((each) => each.name === name);
    const value = column ? valueSource(column) : `rest[${nameLiteral(name)}]`;
    return `${propertyLiteral(name)}: ${value}`;
  });
  const source = `return function rows(cells, from, to, block, rest) {
  const all = [];
  let v = 0, w = 0;
  for (let i = from; i < to; i += ${layout.width}) all.push({ ${row.join(', ')} });
  return all;
};`;
  return generated({ textAt }, source) as CellRows | undefined;
}

/** The value of the column in the row at `i`. */
function valueSource(column: CellColumn): string {
  const value = `(v = cells[i + ${column.at}])`;
  switch (column.kind) {
    case 'integer': // a small one as V8 keeps small ones, without a box
      return `(w = ${value} | 0) === v ? w : v === v ? v : null`;
    case 'number':
      return `${value} === v ? v : null`;
    case 'boolean':
      return `${value} === v ? v === 1 : null`;
    case 'date':
      return `${value} === v ? new Date(v) : null`;
    case 'text':
      return `${value} === v ? textAt(block, v, cells[i + ${column.at + 1}]) : null`;
    case 'struct': {
      const inner = column.columns.map((each) => {
        return `${propertyLiteral(each.name)}: ${valueSource(each)}`;
      });
      return `${value} === v ? { ${inner.join(', ')} } : null`;
    }
  }
}
