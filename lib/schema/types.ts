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

export interface StructField {
  readonly name: string;
  readonly dataType: DataType;
  readonly nullable: boolean;
}

export interface StructType {
  readonly type: 'struct';
  readonly fields: readonly StructField[];
}
