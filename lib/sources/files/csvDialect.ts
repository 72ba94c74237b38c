import type { OptionNames } from '../../options/knownOptions.js';
import { booleanOption, shown } from '../../options/optionValues.js';

/** How CSV is written; names as in Spark. */
export interface CsvDialectOptions {
  /** Between cells. Default `,`. */
  readonly sep?: string;
  /** Around cells that need it; `''`: quotes mean nothing. Default `"`. */
  readonly quote?: string;
  /** Before a quote or another `escape` inside quotes. Default: the quote itself (RFC 4180). */
  readonly escape?: string;
  /** Cells that are null beside empty ones, unless they are quoted in a STRING column. Default: none. */
  readonly nullValue?: string;
  /** Whether quoted cells may hold line breaks. Default false: each line is a record. */
  readonly multiLine?: boolean;
}

export const csvDialectNames: OptionNames<CsvDialectOptions> = {
  sep: true,
  quote: true,
  escape: true,
  nullValue: true,
  multiLine: true,
};

/** The same, checked. */
export interface CsvDialect {
  readonly sep: string;
  /** UTF-8 of `sep`. */
  readonly sepBytes: Uint8Array;
  /** undefined: there are no quotes. */
  readonly quote: string | undefined;
  /** The quote as a byte; -1 without one. */
  readonly quoteByte: number;
  /** The escape as a byte, if it is not the quote; -1 otherwise. */
  readonly escapeByte: number;
  readonly nullValue: string;
  readonly multiLine: boolean;
}

/** Errors: RangeError that names source and option. */
export function csvDialect(owner: string, options: CsvDialectOptions): CsvDialect {
  const { sep = ',', quote = '"', nullValue = '' } = options;
  const escapeChar = options.escape ?? quote;
  if (sep === '' || /[\r\n]/.test(sep)) {
    throw new RangeError(`${owner}: sep must be text without line breaks, not ${shown(sep)}`);
  }
  for (const [option, value] of Object.entries({ quote, escape: escapeChar })) {
    if (value === '' || /^[!-~]$/.test(value)) continue;
    throw new RangeError(
      `${owner}: ${option} must be one visible ASCII character, or '' for none, not ${shown(value)}`,
    );
  }
  if ((quote !== '' && sep.includes(quote)) || (escapeChar !== '' && sep.includes(escapeChar))) {
    throw new RangeError(`${owner}: sep ${shown(sep)} contains quote or escape: choose another`);
  }
  return {
    sep,
    sepBytes: Buffer.from(sep),
    quote: quote === '' ? undefined : quote,
    quoteByte: quote === '' ? -1 : quote.charCodeAt(0),
    escapeByte: escapeChar === quote || escapeChar === '' ? -1 : escapeChar.charCodeAt(0),
    nullValue,
    multiLine: booleanOption(owner, 'multiLine', options.multiLine),
  };
}
