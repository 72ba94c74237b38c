import { setField } from '../schema/rowShape.js';
import { BadCell } from './badCell.js';
import type { DecodedGroup, GroupColumn } from './readGroup.js';

/** What becomes of a row with a bad cell; `salvage` makes it with nulls in the place of those. */
export type HandleBadRow<T> = (row: number, cell: BadCell, salvage: () => T) => T | undefined;

type Constants = readonly (readonly [string, unknown])[];

/** Makes rows of columns: `names` in order, then the constants of the file's folders. */
export class RowBuilder<T> {
  private readonly constants: Constants;
  private readonly plain: boolean;

  constructor(
    private readonly names: readonly string[],
    partition: Readonly<Record<string, unknown>>,
  ) {
    this.constants = Object.entries(partition);
    this.plain = !names.includes('__proto__') && !Object.hasOwn(partition, '__proto__');
  }

  /** Rows `from` … `to − 1` of a group. */
  build(group: DecodedGroup, from: number, to: number, bad: HandleBadRow<T>): T[] {
    const { columns } = group;
    const present = columns.every((column) => column !== undefined);
    if (this.plain && present && !group.bad) {
      return plainRows<T>(this.names, columns as readonly unknown[][], this.constants, from, to);
    }
    const rows: T[] = [];
    for (let i = from; i < to; i++) {
      const cell = group.bad ? badCellOf(columns, i) : undefined;
      const row =
        cell === undefined
          ? this.row(columns, i)
          : bad(group.firstRow + i, cell, () => this.row(columns, i));
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }

  private row(columns: readonly GroupColumn[], i: number): T {
    const row: Record<string, unknown> = {};
    for (const [c, name] of this.names.entries()) {
      const value = columns[c]?.[i] ?? null;
      setField(row, name, value instanceof BadCell ? null : value);
    }
    for (const [name, value] of this.constants) setField(row, name, value);
    return row as T;
  }
}

/** The hot path: no closure and no check per cell, so that all rows share one hidden class. */
function plainRows<T>(
  names: readonly string[],
  columns: readonly (readonly unknown[])[],
  constants: Constants,
  from: number,
  to: number,
): T[] {
  const rows: T[] = [];
  const width = names.length;
  for (let i = from; i < to; i++) {
    const row: Record<string, unknown> = {};
    for (let c = 0; c < width; c++) row[names[c] as string] = (columns[c] as unknown[])[i];
    for (let c = 0; c < constants.length; c++) {
      const [name, value] = constants[c] as readonly [string, unknown];
      row[name] = value;
    }
    rows.push(row as T);
  }
  return rows;
}

function badCellOf(columns: readonly GroupColumn[], i: number): BadCell | undefined {
  for (const column of columns) {
    const value = column?.[i];
    if (value instanceof BadCell) return value;
  }
  return undefined;
}
