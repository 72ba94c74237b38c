import type { DataType, StructField, StructType } from './types.js';

/** Words that `parseDdl` would read as something else in the place of a name. */
const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Writes a schema as DDL that `parseDdl` reads back to the same schema.
 *
 * Out: upper-case types, names in backticks where they need them: `a INT, b ARRAY<STRING> NOT NULL`.
 *
 * @example
 * formatDdl(parseDdl('a int, b string not null')); // 'a INT, b STRING NOT NULL'
 * @since 0.1.0
 */
export function formatDdl(schema: StructType): string {
  return schema.fields.map((field) => columnDdl(field, ' ')).join(', ');
}

/** The DDL of one type. */
export function formatType(dataType: DataType): string {
  switch (dataType.type) {
    case 'decimal':
      return `DECIMAL(${dataType.precision},${dataType.scale})`;
    case 'array':
      return `ARRAY<${formatType(dataType.element)}${notNull(dataType.containsNull)}>`;
    case 'map':
      return `MAP<${formatType(dataType.key)}, ${formatType(dataType.value)}${notNull(dataType.valueContainsNull)}>`;
    case 'struct':
      return `STRUCT<${dataType.fields.map((field) => columnDdl(field, ': ')).join(', ')}>`;
    default:
      return dataType.type.toUpperCase();
  }
}

function columnDdl(field: StructField, between: string): string {
  return `${nameDdl(field.name)}${between}${formatType(field.dataType)}${notNull(field.nullable)}`;
}

/** A column's name as DDL takes it. */
export function nameDdl(name: string): string {
  return plainName.test(name) && name.toUpperCase() !== 'STRUCT'
    ? name
    : `\`${name.replaceAll('`', '``')}\``;
}

function notNull(nullable: boolean): string {
  return nullable ? '' : ' NOT NULL';
}
