import { closestName } from './closestName.js';
import type { DdlScanner } from './ddlScanner.js';
import type { DataType, StructField, StructType } from './types.js';

/** Deeper nesting is a mistake or an attack. */
const maxDepth = 100;
const maxColumns = 100_000;

/** Type names without arguments; upper case. */
const plainTypes: ReadonlyMap<string, DataType> = new Map<string, DataType>([
  ['BOOLEAN', { type: 'boolean' }],
  ['TINYINT', { type: 'tinyint' }],
  ['BYTE', { type: 'tinyint' }],
  ['SMALLINT', { type: 'smallint' }],
  ['SHORT', { type: 'smallint' }],
  ['INT', { type: 'int' }],
  ['INTEGER', { type: 'int' }],
  ['BIGINT', { type: 'bigint' }],
  ['LONG', { type: 'bigint' }],
  ['FLOAT', { type: 'float' }],
  ['REAL', { type: 'float' }],
  ['DOUBLE', { type: 'double' }],
  ['STRING', { type: 'string' }],
  ['BINARY', { type: 'binary' }],
  ['DATE', { type: 'date' }],
  ['TIMESTAMP', { type: 'timestamp' }],
  ['TIMESTAMP_LTZ', { type: 'timestamp' }],
]);
const decimalNames = new Set(['DECIMAL', 'DEC', 'NUMERIC']);
const listed =
  'BOOLEAN, TINYINT, SMALLINT, INT, BIGINT, FLOAT, DOUBLE, DECIMAL, STRING, BINARY, DATE, TIMESTAMP, ARRAY, MAP, STRUCT';

/** What `parseDdl` starts with: a list of columns, or a struct behind its `<`. */
export const complexType = { columns, struct } as const;

function columns(scanner: DdlScanner, depth: number): StructType {
  const fields: StructField[] = [];
  if (scanner.done()) return { type: 'struct', fields };
  const names = new Set<string>();
  do {
    fields.push(column(scanner, depth, names));
    if (fields.length > maxColumns) scanner.refuse(`more than ${maxColumns} columns`);
  } while (scanner.symbol(','));
  return { type: 'struct', fields };
}

function struct(scanner: DdlScanner, depth: number): StructType {
  if (scanner.symbol('>')) return { type: 'struct', fields: [] };
  const inner = columns(scanner, depth);
  if (!scanner.symbol('>')) {
    scanner.refuse(`expected "," or ">" in STRUCT<…>, found ${scanner.found()}`);
  }
  return inner;
}

function column(scanner: DdlScanner, depth: number, names: Set<string>): StructField {
  const start = scanner.at;
  const quoted = scanner.quoted('`', 'a column name', false);
  const name = quoted ?? scanner.word();
  if (quoted === undefined && name === '') {
    scanner.refuse(
      `expected a column name, found ${scanner.found()}; odd names stand in \`backticks\``,
      start,
    );
  }
  if (names.has(name)) scanner.refuse(`column ${JSON.stringify(name)} is there twice`, start);
  names.add(name);
  scanner.symbol(':');
  const dataType = typeOf(scanner, depth, `the type of column ${JSON.stringify(name)}`);
  const nullable = !notNull(scanner);
  if (scanner.keyword('COMMENT')) comment(scanner);
  return { name, dataType, nullable };
}

function comment(scanner: DdlScanner): void {
  const text = scanner.quoted("'", 'a comment', true) ?? scanner.quoted('"', 'a comment', true);
  if (text === undefined)
    scanner.refuse(`expected quoted text behind COMMENT, found ${scanner.found()}`);
}

function notNull(scanner: DdlScanner): boolean {
  if (!scanner.keyword('NOT')) return false;
  if (!scanner.keyword('NULL'))
    scanner.refuse(`expected NULL behind NOT, found ${scanner.found()}`);
  return true;
}

function typeOf(scanner: DdlScanner, depth: number, what: string): DataType {
  const start = scanner.at;
  if (depth > maxDepth) scanner.refuse(`nested deeper than ${maxDepth} types`);
  const written = scanner.word();
  const name = written.toUpperCase();
  const plain = plainTypes.get(name);
  if (plain !== undefined) return plain;
  if (decimalNames.has(name)) return decimal(scanner);
  if (name === 'ARRAY') return array(scanner, depth + 1);
  if (name === 'MAP') return map(scanner, depth + 1);
  if (name === 'STRUCT') {
    scanner.expect('<', 'behind STRUCT');
    return struct(scanner, depth + 1);
  }
  if (written === '') return scanner.refuse(`expected ${what}, found ${scanner.found()}`);
  return scanner.refuse(unknownType(name, written), start);
}

function unknownType(name: string, written: string): string {
  if (name === 'VARCHAR' || name === 'CHAR' || name === 'TEXT') {
    return `unknown type "${written}": use STRING`;
  }
  if (name === 'TIMESTAMP_NTZ') {
    return `unknown type "${written}": use TIMESTAMP and leave timeZone at 'UTC', which reads the time as it is written`;
  }
  const near = closestName(name, [...plainTypes.keys(), ...decimalNames, 'ARRAY', 'MAP', 'STRUCT']);
  return near === undefined
    ? `unknown type ${JSON.stringify(written.slice(0, 40))}; types are ${listed}`
    : `unknown type "${written}", did you mean ${near}?`;
}

function array(scanner: DdlScanner, depth: number): DataType {
  scanner.expect('<', 'behind ARRAY');
  const element = typeOf(scanner, depth, 'the type of the elements');
  const containsNull = !notNull(scanner);
  scanner.expect('>', 'at the end of ARRAY<…>');
  return { type: 'array', element, containsNull };
}

function map(scanner: DdlScanner, depth: number): DataType {
  scanner.expect('<', 'behind MAP');
  const start = scanner.at;
  const key = typeOf(scanner, depth, 'the type of the keys');
  if (key.type === 'array' || key.type === 'map' || key.type === 'struct') {
    scanner.refuse(`a map key cannot be ${key.type.toUpperCase()}`, start);
  }
  scanner.expect(',', 'behind the key type of MAP<…>');
  const value = typeOf(scanner, depth, 'the type of the values');
  const valueContainsNull = !notNull(scanner);
  scanner.expect('>', 'at the end of MAP<…>');
  return { type: 'map', key, value, valueContainsNull };
}

/** `DECIMAL` alone is DECIMAL(10,0), as in Spark. */
function decimal(scanner: DdlScanner): DataType {
  if (!scanner.symbol('(')) return { type: 'decimal', precision: 10, scale: 0 };
  const precision = wholeNumber(scanner, 'precision', 1, 38);
  const scale = scanner.symbol(',') ? wholeNumber(scanner, 'scale', 0, precision) : 0;
  scanner.expect(')', 'at the end of DECIMAL(…)');
  return { type: 'decimal', precision, scale };
}

function wholeNumber(scanner: DdlScanner, what: string, min: number, max: number): number {
  const start = scanner.at;
  const digits = scanner.word();
  const value = /^\d{1,4}$/.test(digits) ? Number(digits) : Number.NaN;
  if (!(value >= min && value <= max)) {
    scanner.refuse(`the ${what} of a DECIMAL is a whole number from ${min} to ${max}`, start);
  }
  return value;
}
