import type { RowOptions } from './rowOf.js';

/** How text and JSON become values. */
export interface ConvertOptions extends RowOptions {
  /** Zone of timestamps that name none. Default `'UTC'`. */
  readonly timeZone?: string | undefined;
  /** Pattern of TIMESTAMP text, `'yyyy-MM-dd HH:mm:ss'`; default ISO. */
  readonly timestampFormat?: string | undefined;
  /** Pattern of DATE text; default ISO. */
  readonly dateFormat?: string | undefined;
  /** What a whole number in a TIMESTAMP column of JSON counts. Default `'seconds'`, as in Spark. */
  readonly epochUnit?: 'seconds' | 'ms' | undefined;
  /** Column that takes the raw text of a bad record; it is null in good ones. */
  readonly corruptColumn?: string | undefined;
}
