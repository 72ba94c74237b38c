import { dateParser, timestampParser } from '../time/timestamps.js';
import { BAD, type ValueReader } from './bad.js';
import type { ConvertOptions } from './convertOptions.js';
import { Decimal } from './decimal.js';
import { formatType } from './formatDdl.js';
import { integerRange, isBigint64 } from './integerRange.js';
import { isIntegerText, isNumberText } from './numberText.js';
import type { DataType } from './types.js';

/** Spellings of doubles that are no numbers, as Spark reads them. */
const special: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['+Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['Inf', Number.POSITIVE_INFINITY],
  ['+Inf', Number.POSITIVE_INFINITY],
  ['-Inf', Number.NEGATIVE_INFINITY],
  ['INF', Number.POSITIVE_INFINITY],
  ['+INF', Number.POSITIVE_INFINITY],
  ['-INF', Number.NEGATIVE_INFINITY],
]);

/**
 * Makes the reader of one type's text: CSV cells, values in directory names, keys of JSON maps.
 *
 * Out:    the value, or `BAD`. Whole numbers are held to the range of their type.
 * Errors: TypeError for ARRAY, MAP and STRUCT, which have no text.
 */
export function cellReader(type: DataType, options: ConvertOptions = {}): ValueReader<string> {
  switch (type.type) {
    case 'string':
      return (text) => text;
    case 'boolean':
      return readBoolean;
    case 'tinyint':
    case 'smallint':
    case 'int':
      return integerCell(integerRange[type.type]);
    case 'bigint':
      return options.bigints === 'bigint' ? readBigint : integerCell(integerRange.bigint);
    case 'double':
      return (text) => readDouble(withoutBlanks(text));
    case 'float':
      return (text) => readFloat(withoutBlanks(text));
    case 'decimal':
      return (text) => Decimal.tryParse(text, type) ?? BAD;
    case 'binary':
      return (text) => new Uint8Array(Buffer.from(text, 'utf8')); // as in Spark; JSON has base64
    case 'date':
      return instantReader(dateParser({ format: options.dateFormat }), options);
    case 'timestamp': {
      const { timeZone, timestampFormat: format } = options;
      return instantReader(timestampParser({ timeZone, format }), options);
    }
    default:
      throw new TypeError(
        `${formatType(type)} has no text form: declare the column STRING, or read it from JSON or Parquet`,
      );
  }
}

/** Gives Dates or ms, as the options say. */
export function instantReader(
  parse: (text: string) => number,
  options: ConvertOptions,
): ValueReader<string> {
  if (options.timestamps === 'ms') {
    return (text) => {
      const ms = parse(text);
      return Number.isNaN(ms) ? BAD : ms;
    };
  }
  return (text) => {
    const ms = parse(text);
    return Number.isNaN(ms) ? BAD : new Date(ms);
  };
}

function integerCell(range: { readonly min: number; readonly max: number }): ValueReader<string> {
  return (text) => {
    if (!isIntegerText(text)) return BAD;
    const value = Number(text);
    return value >= range.min && value <= range.max ? value + 0 : BAD;
  };
}

function readBoolean(text: string): unknown {
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (text.length > 5) return BAD;
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : BAD;
}

/** Digits as an exact BIGINT, or `BAD`. */
export function readBigint(text: string): unknown {
  if (text.length > 40 || !isIntegerText(text)) return BAD;
  const value = BigInt(text.charCodeAt(0) === 43 ? text.slice(1) : text);
  return isBigint64(value) ? value : BAD;
}

/** Spark takes blanks around a DOUBLE, though not around whole numbers. */
function withoutBlanks(text: string): string {
  if (text.charCodeAt(0) > 32 && text.charCodeAt(text.length - 1) > 32) return text;
  return text.replace(/^[\0-\x20]+|[\0-\x20]+$/g, '');
}

/** Text as a DOUBLE, or `BAD`. */
export function readDouble(text: string): unknown {
  if (isNumberText(text)) {
    const value = Number(text);
    return Number.isNaN(value) ? BAD : value;
  }
  return special.get(text) ?? BAD;
}

/** Text as a FLOAT, or `BAD`. */
function readFloat(text: string): unknown {
  const value = readDouble(text);
  return typeof value === 'number' ? Math.fround(value) : BAD;
}
