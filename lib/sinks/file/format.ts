import type { MaybePromise } from '../../maybe.js';
import type { StructType } from '../../schema/types.js';

/**
 * How rows become the bytes of one whole file.
 *
 * - `encode` MUST NOT change rows, and MUST give the same bytes for the same rows.
 * - A row that it cannot write without losing something MUST be a `SINK_ROW` error, not a gap.
 */
export interface FileFormat<T = unknown> {
  /** 'json', 'parquet', …: for errors and the manifest. */
  readonly name: string;
  /** Ending of the file names, without the dot. */
  readonly extension: string;
  /** Columns and their types that were given to the format; absent: those of the query's rows count. */
  readonly schema?: StructType | undefined;
  /** Refuses a query whose rows the format cannot take, before it starts. */
  check?(shape: FileShape): void;
  encode(rows: readonly T[], shape: FileShape): MaybePromise<Uint8Array>;
}

/** What a format knows about the rows. */
export interface FileShape {
  /** Type of the rows without the partition columns, where it is known. */
  readonly schema: StructType | undefined;
  /** Columns that stand in the path and not in the file. */
  readonly partitionBy: ReadonlySet<string>;
}
