import type { Observable } from 'rxjs';
import type { Row } from './vector.js';

/** A stream of a vector, and what Spark would know of its columns. */
export interface Built {
  readonly rows$: Observable<Row>;
  readonly columns: readonly string[];
  /** Columns that carry event time: the watermarked one, and windows made of it. */
  readonly times: ReadonlyMap<string, 'timestamp' | 'window'>;
}

export function pick(row: Row, columns: readonly string[]): Row {
  return Object.fromEntries(columns.map((column) => [column, row[column] ?? null]));
}
