import { StreamingError } from '../../errors.js';
import { booleanOption } from '../../options/optionValues.js';
import { Decimal } from '../../schema/decimal.js';
import { fieldTypes } from '../../schema/fieldTypes.js';
import type { StructType } from '../../schema/types.js';
import { cellText } from '../../terminal/cellText.js';
import { columnNames } from './columnNames.js';
import type { FileFormat, FileShape } from './format.js';
import { recordOf } from './jsonFormat.js';
import { requireUtf8 } from './requireUtf8.js';
import { timeText } from './timeText.js';
import { rowError, unwritable } from './unwritable.js';

/** Options of {@link csvFormat}; names as in Spark. */
export interface CsvFormatOptions {
  /** Columns and their order. Default: those of the schema; without a schema they must be given. */
  readonly columns?: readonly string[];
  /** Whether each file begins with the names. Default false. */
  readonly header?: boolean;
  /** Default `,`. */
  readonly sep?: string;
  /** Around values that need it, doubled inside. Default `"`. */
  readonly quote?: string;
  /**
   * How null is written. Default: nothing; an empty string is `""` then. A row that would be a blank line
   * so, which readers skip, is `""` in a column of another type than STRING, and refused otherwise.
   */
  readonly nullValue?: string;
}

/** Comma separated values after RFC 4180, lines end in `\n`. */
export function csvFormat(options: CsvFormatOptions = {}): FileFormat {
  const { sep = ',', quote = '"', nullValue = '' } = options;
  const columns = options.columns && columnNames('columns', options.columns);
  const withHeader = booleanOption('fileSink', 'header', options.header);
  if (sep === '' || /[\r\n]/.test(sep) || sep.includes(quote)) {
    throw new RangeError(
      `fileSink: sep must be text without line ends and quotes, not ${JSON.stringify(sep)}`,
    );
  }
  if (quote.length !== 1 || /[\r\n]/.test(quote)) {
    throw new RangeError(`fileSink: quote must be one character, not ${JSON.stringify(quote)}`);
  }
  if ([sep, quote, '\r', '\n'].some((each) => nullValue.includes(each))) {
    throw new RangeError(
      `fileSink: nullValue must be text without sep, quote and line ends, not ${JSON.stringify(nullValue)}: it is written without quotes`,
    );
  }
  const writer = new CsvWriter(sep, quote, nullValue);
  const namesOf = (shape: FileShape): readonly string[] =>
    columns?.filter((name) => !shape.partitionBy.has(name)) ?? fieldsOf(shape.schema);
  return {
    name: 'csv',
    extension: 'csv',
    check: (shape) => checkColumns(namesOf(shape), shape),
    encode: (rows, shape) => {
      const names = namesOf(shape);
      let text = withHeader ? writer.header(names) : '';
      for (const row of rows) {
        try {
          text += writer.line(recordOf(row, 'csv'), names, shape);
        } catch (error) {
          throw rowError('csv', row, error);
        }
      }
      return Buffer.from(text, 'utf8');
    },
  };
}

function fieldsOf(schema: StructType | undefined): readonly string[] {
  if (schema !== undefined) return schema.fields.map((field) => field.name);
  throw new StreamingError('SINK_SCHEMA', {
    format: 'csv',
    problem: 'their columns and order are not known before the first row',
    fix: "name them: fileSink(path, { format: 'csv', columns: ['time', 'n'] })",
  });
}

function checkColumns(names: readonly string[], { schema, partitionBy }: FileShape): void {
  if (names.length === 0 && partitionBy.size > 0) {
    throw new StreamingError('SINK_SCHEMA', {
      format: 'csv',
      problem: 'no column is left beside partitionBy, and blank lines are no rows',
      fix: 'leave a column out of partitionBy, or use json',
    });
  }
  for (const { name, dataType } of schema?.fields ?? []) {
    if (!names.includes(name) || !nested.has(dataType.type)) continue;
    throw new StreamingError('SINK_SCHEMA', {
      format: 'csv',
      problem: `column ${name} is ${dataType.type.toUpperCase()}`,
      fix: 'select its parts as columns of their own, or use json',
    });
  }
}

const nested: ReadonlySet<string> = new Set(['array', 'map', 'struct', 'binary']);

/** Lines of spaces and control characters are no records to readers. */
const blank = '[\\0-\\x20\\s]';
const onlyBlanks = /^[\0-\x20]*$/;

class CsvWriter {
  private readonly special: RegExp;

  constructor(
    private readonly sep: string,
    private readonly quote: string,
    private readonly nullValue: string,
  ) {
    const escaped = [sep, quote].map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    this.special = new RegExp(`${escaped.join('|')}|[\\r\\n]|^${blank}|${blank}$|^$`);
  }

  header(names: readonly string[]): string {
    return `${names.map((name) => this.text(name)).join(this.sep)}\n`;
  }

  line(row: object, names: readonly string[], shape: FileShape): string {
    const fields = row as Record<string, unknown>;
    for (const name of Object.keys(row)) {
      if (!names.includes(name) && !shape.partitionBy.has(name)) throw unnamed(row, name);
    }
    const cells = names.map((name) =>
      this.cell(Object.hasOwn(row, name) ? fields[name] : null, name, shape),
    );
    const line = cells.join(this.sep);
    return `${names.length === 1 && onlyBlanks.test(line) ? this.blank(names[0] ?? '', shape) : line}\n`;
  }

  /** A null that would leave its line blank. Quoted, it is null to readers, but for a STRING. */
  private blank(name: string, { schema }: FileShape): string {
    const type = schema && fieldTypes(schema).get(name)?.type;
    if (type !== undefined && type !== 'string') return this.quote + this.nullValue + this.quote;
    throw new StreamingError('SINK_ROW', {
      format: 'csv',
      value: `${name}: null`,
      reason:
        "would be a blank line, which readers skip: give a nullValue such as 'null', here and to the reader",
    });
  }

  private cell(value: unknown, name: string, shape: FileShape): string {
    if (value === null || value === undefined) return this.nullValue;
    if (typeof value === 'string') return this.text(value);
    const isDate = value instanceof Date;
    if (typeof value === 'function' || typeof value === 'symbol' || value instanceof Promise) {
      throw unwritable(value);
    }
    if (isDate && Number.isNaN(value.getTime())) throw unwritable(value);
    if (typeof value === 'object' && !(value instanceof Decimal) && !isDate) {
      throw new StreamingError('SINK_ROW', {
        format: 'csv',
        value: `${name}: ${cellText(value)}`,
        reason: 'is nested: select its parts as columns of their own, or use json',
      });
    }
    const type = shape.schema && fieldTypes(shape.schema).get(name);
    return this.text(timeText(value, type) ?? String(value));
  }

  /** Text that reads as null would come back as null: it is quoted. */
  private text(text: string): string {
    requireUtf8(text, 'csv');
    if (!this.special.test(text) && text !== this.nullValue) return text;
    return this.quote + text.replaceAll(this.quote, this.quote + this.quote) + this.quote;
  }
}

function unnamed(row: object, name: string): StreamingError {
  return new StreamingError('SINK_ROW', {
    format: 'csv',
    value: cellText(row),
    reason: `has the column ${name}, which is not among columns: add it there, or select it away`,
  });
}
