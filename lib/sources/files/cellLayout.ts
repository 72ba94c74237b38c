import type { ConvertOptions } from '../../schema/convertOptions.js';
import type { DataType, StructType } from '../../schema/types.js';

/**
 * What the cells of a column mean. A cell is a double, and NaN is null.
 *
 * - `integer`, `number`: the value. `boolean`: 1 or 0. `date`: ms since the epoch.
 * - `text`: two cells, where its bytes begin and end; the end is negative where they are UTF-8 beyond ASCII.
 * - `struct`: 1, and the cells of its columns.
 */
export type CellKind = 'integer' | 'number' | 'boolean' | 'date' | 'text' | 'struct';

export interface CellColumn {
  readonly name: string;
  readonly nullable: boolean;
  readonly kind: CellKind;
  readonly dataType: DataType;
  /** Its first cell in a row. */
  readonly at: number;
  /** Of a struct. */
  readonly columns: readonly CellColumn[];
}

/** Rows as typed columns side by side, so that they can pass from one thread to another at no cost. */
export interface CellLayout {
  readonly columns: readonly CellColumn[];
  /** Cells of a row. */
  readonly width: number;
}

/** undefined for a schema without columns, and with types that are no numbers, texts, times or structs. */
export function cellLayout(schema: StructType, options: ConvertOptions): CellLayout | undefined {
  let width = 0;
  const layOut = ({ fields }: StructType): readonly CellColumn[] | undefined => {
    const columns: CellColumn[] = [];
    for (const { name, nullable, dataType } of fields) {
      const kind = kindOf(dataType, options);
      if (kind === undefined) return undefined;
      const at = width;
      width += kind === 'text' ? 2 : 1;
      const inner = dataType.type === 'struct' ? layOut(dataType) : [];
      if (inner === undefined) return undefined;
      columns.push({ name, nullable, kind, dataType, at, columns: inner });
    }
    return columns;
  };
  const columns = layOut(schema);
  return columns && width > 0 ? { columns, width } : undefined;
}

function kindOf({ type }: DataType, options: ConvertOptions): CellKind | undefined {
  switch (type) {
    case 'tinyint':
    case 'smallint':
    case 'int':
      return 'integer';
    case 'bigint':
      return options.bigints === 'bigint' ? undefined : 'integer';
    case 'float':
    case 'double':
      return 'number';
    case 'date':
    case 'timestamp':
      return options.timestamps === 'ms' ? 'number' : 'date';
    case 'boolean':
      return 'boolean';
    case 'string':
      return 'text';
    case 'struct':
      return 'struct';
    case 'array':
    case 'map':
    case 'decimal':
    case 'binary':
      return undefined;
  }
}
