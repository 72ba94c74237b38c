import { type OptionNames, requireKnownOptions } from '../options/knownOptions.js';

/** Where the live page is and how much it keeps. */
export interface LivePageOptions {
  /**
   * Port on 127.0.0.1. Default: 4040, or the next one that is free; 0: any free port. A port that is
   * given and taken is `PAGE_PORT_IN_USE`.
   */
  readonly port?: number;
  /** Result rows kept per query, from 1 to 10,000. Default 1,000. */
  readonly rows?: number;
}

const optionNames: OptionNames<LivePageOptions> = { port: true, rows: true };

/** An open live page. */
export interface LivePage {
  /** Where it is: `http://127.0.0.1:4040/`. */
  readonly url: string;
  readonly port: number;
  /** Ends the page; the queries go on. Twice is fine. */
  close(): Promise<void>;
}

/** Options as they hold; a bad one throws. */
export function checkedPage(options: LivePageOptions): {
  readonly port: number | undefined;
  readonly rows: number;
} {
  requireKnownOptions('livePage', options, optionNames);
  const { port, rows = 1000 } = options;
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new RangeError(`livePage: port must be a whole number from 0 to 65535, not ${port}`);
  }
  if (!(Number.isInteger(rows) && rows >= 1 && rows <= 10_000)) {
    throw new RangeError(`livePage: rows must be a whole number from 1 to 10000, not ${rows}`);
  }
  return { port, rows };
}
