import { DdlScanner } from './ddlScanner.js';
import { complexType } from './ddlTypes.js';
import type { StructType } from './types.js';

/** No schema is longer; a bound on what hostile text can cost. */
const maxLength = 1_000_000;

/**
 * Reads a schema in Spark's DDL.
 *
 *     schema  := column (',' column)* | 'STRUCT' '<' columns '>'
 *     column  := name ':'? type ('NOT' 'NULL')? ('COMMENT' string)?
 *     name    := word | '`' anything '`'                  a backtick inside is doubled
 *     type    := BOOLEAN | TINYINT | SMALLINT | INT | BIGINT | FLOAT | DOUBLE | DECIMAL(p, s) | STRING
 *              | BINARY | DATE | TIMESTAMP | ARRAY<type> | MAP<type, type> | STRUCT<columns>
 *
 * In:     type names in any case, with Spark's other names (BYTE, SHORT, INTEGER, LONG, REAL, DEC,
 *         NUMERIC, TIMESTAMP_LTZ); `--` and block comments. Beyond Spark, `NOT NULL` also
 *         inside ARRAY and MAP.
 * Out:    the struct; columns may be null unless `NOT NULL`.
 * Errors: `DDL_INVALID` with line, column, and a caret under the character.
 *
 * @example
 * parseDdl('time TIMESTAMP, tags ARRAY<STRING>, `odd name` DECIMAL(10,2) NOT NULL');
 * @since 0.1.0
 */
export function parseDdl(text: string): StructType {
  if (text.length > maxLength) {
    new DdlScanner(text.slice(0, 1)).refuse(`more than ${maxLength} characters`, 0);
  }
  const scanner = new DdlScanner(text);
  const whole = wholeStruct(scanner);
  if (whole !== undefined) return whole;
  const struct = complexType.columns(scanner, 0);
  if (!scanner.done()) scanner.refuse(`expected "," or the end, found ${scanner.found()}`);
  return struct;
}

/** `STRUCT<…>` alone is its own schema, as in Spark; a column may be called struct as well. */
function wholeStruct(scanner: DdlScanner): StructType | undefined {
  const start = scanner.at;
  if (scanner.keyword('STRUCT') && scanner.symbol('<')) {
    const struct = complexType.struct(scanner, 1);
    if (!scanner.done()) scanner.refuse(`expected the end, found ${scanner.found()}`);
    return struct;
  }
  scanner.at = start;
  return undefined;
}
