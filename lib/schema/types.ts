/** The type of a column (semantics of the DDL table in docs/semantics.md). */
export type DataType =
  | { readonly type: 'boolean' | 'string' | 'binary' | 'date' | 'timestamp' }
  | { readonly type: 'tinyint' | 'smallint' | 'int' | 'bigint' | 'float' | 'double' }
  | { readonly type: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly type: 'array'; readonly element: DataType; readonly containsNull: boolean }
  | {
      readonly type: 'map';
      readonly key: DataType;
      readonly value: DataType;
      readonly valueContainsNull: boolean;
    }
  | StructType;

/** A column: its name, its type, and whether it may be null. */
export interface StructField {
  readonly name: string;
  readonly dataType: DataType;
  readonly nullable: boolean;
}

/** The type of a row: its columns in order. */
export interface StructType {
  readonly type: 'struct';
  readonly fields: readonly StructField[];
}
