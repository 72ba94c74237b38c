import { StreamingError } from '../../errors.js';
import { namesLike } from '../../schema/namesLike.js';
import type { StructType } from '../../schema/types.js';
import type { CsvCells } from './csvCells.js';

/** Which cell of a record is which column. */
export interface CsvLayout {
  /** A record has this many cells. */
  readonly cells: number;
  /** Per column the index of its cell, -1 for none; undefined: cells and columns are the same. */
  readonly order: readonly number[] | undefined;
  /** Whether the cell at an index is of a STRING column. */
  isText(index: number): boolean;
}

/** Columns in the order of the cells; the corrupt column has no cell. */
export function layoutByPosition(schema: StructType, corruptColumn: string | undefined): CsvLayout {
  let next = 0;
  const order = schema.fields.map((field) => (field.name === corruptColumn ? -1 : next++));
  return layout(schema, order, next);
}

/**
 * Columns by the names of a header; as in Spark by one in another case, if it is the only one.
 *
 * Errors: `SOURCE_COLUMN_MISSING`; `SOURCE_UNREADABLE` for a header that has a column twice.
 */
export function layoutByHeader(
  schema: StructType,
  corruptColumn: string | undefined,
  header: CsvCells,
  where: { readonly source: string; readonly file: string },
): CsvLayout {
  const names = header.map((each) => each ?? '');
  const exact = new Set(schema.fields.map((field) => field.name));
  const others = names.filter((name) => !exact.has(name));
  const order = schema.fields.map(({ name }) => {
    const like = names.includes(name) ? [name] : namesLike(others, name);
    const index = names.indexOf(like[0] ?? name);
    if (like.length > 1 || names.includes(name, index + 1)) {
      const reason = `its header has column ${name} twice`;
      throw new StreamingError('SOURCE_UNREADABLE', {
        source: where.source,
        path: where.file,
        reason,
      });
    }
    if (index >= 0 || name === corruptColumn) return index;
    const found = names.join(', ');
    throw new StreamingError('SOURCE_COLUMN_MISSING', { ...where, column: name, found });
  });
  return layout(schema, order, header.length);
}

function layout(schema: StructType, order: readonly number[], cells: number): CsvLayout {
  const texts = new Set(
    order.filter((_, column) => schema.fields[column]?.dataType.type === 'string'),
  );
  const isSame = order.length === cells && order.every((index, column) => index === column);
  return { cells, order: isSame ? undefined : order, isText: (index) => texts.has(index) };
}
