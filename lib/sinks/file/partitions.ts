import { StreamingError } from '../../errors.js';
import { fieldTypes } from '../../schema/fieldTypes.js';
import type { DataType, StructType } from '../../schema/types.js';
import { cellText } from '../../terminal/cellText.js';
import { recordOf } from './jsonFormat.js';
import { partitionFolder, partitionText } from './partitionPath.js';
import { hasTimeOfDay, losesTimeOfDay } from './timeText.js';

/** Rows that go to one folder, in order. */
export interface Partition {
  /** Relative folder `a=1/b=2`, or '' without partition columns. */
  readonly folder: string;
  readonly rows: readonly unknown[];
}

/** Longest name of a folder on the usual file systems, in bytes. */
const longestName = 255;

/**
 * Splits the rows of a batch by the columns of `partitionBy`, in order of first appearance.
 *
 * Errors: `SINK_PARTITION` for a missing column, a nested value, or one too long for a folder.
 */
export function partitionsOf(
  rows: readonly unknown[],
  partitionBy: readonly string[],
  path: string,
  schema: StructType | undefined,
): readonly Partition[] {
  if (partitionBy.length === 0) return rows.length === 0 ? [] : [{ folder: '', rows }];
  const types = schema && fieldTypes(schema);
  const partitions = new Map<string, unknown[]>();
  for (const row of rows) {
    const record = recordOf(row, 'partitioned files');
    const folders = partitionBy.map((column) => folderOf(record, column, path, types?.get(column)));
    const folder = folders.join('/');
    const rowsThere = partitions.get(folder);
    if (rowsThere === undefined) partitions.set(folder, [row]);
    else rowsThere.push(row);
  }
  return [...partitions].map(([folder, rowsThere]) => ({ folder, rows: rowsThere }));
}

function folderOf(row: object, column: string, path: string, type: DataType | undefined): string {
  const refuse = (reason: string): StreamingError =>
    new StreamingError('SINK_PARTITION', { path, column, value: cellText(value), reason });
  const value = Object.hasOwn(row, column) ? (row as Record<string, unknown>)[column] : undefined;
  if (value === undefined) throw refuse('the row has no such column, select it, or null');
  if (value === null) return partitionFolder(column, null);
  if (type?.type === 'date' && hasTimeOfDay(value)) {
    throw refuse(`it ${losesTimeOfDay}`);
  }
  const text = partitionText(value, type);
  if (text === undefined) throw refuse('use a column of text, numbers, booleans or dates');
  if (text === '') {
    throw refuse(`Spark cannot read a folder that holds ${column}=: give null, or another text`);
  }
  const folder = partitionFolder(column, text);
  const bytes = Buffer.byteLength(folder);
  if (bytes > longestName) {
    throw refuse(
      `its name would have ${bytes} bytes, ${longestName} is the most: shorten or hash it`,
    );
  }
  return folder;
}
