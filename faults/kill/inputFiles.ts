import { mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../lib/sources/source.js';
import type { Rows } from '../workloads/difference.js';
import type { Event } from '../workloads/workload.js';

/** Schema of the rows in files: numbers as the model has them. */
export const eventSchema =
  'id DOUBLE NOT NULL, key STRING NOT NULL, at DOUBLE NOT NULL, v DOUBLE NOT NULL';

export function inputFolder(directory: string, source: number): string {
  return join(directory, `in-${source}`);
}

/** The rows of a source as files of equal length, which the parent moves into its folder. */
export class InputFiles implements Rows {
  private written = 0;

  constructor(
    readonly rows: readonly Event[],
    private readonly folder: string,
    private readonly rowsPerFile: number,
  ) {
    mkdirSync(folder, { recursive: true });
  }

  /** Files are read whole: an offset lies between two of them. */
  position(offset: Json): number {
    if (offset === null) return 0;
    const { file, byte, row } = offset as { file: number; byte: number; row: number };
    if (byte !== 0 || row !== 0) throw new RangeError(`an offset within file ${file}`);
    return Math.min(this.rows.length, file * this.rowsPerFile);
  }

  /** What is there in a life; the last has everything. */
  provide(available: number): void {
    const { rows, folder, rowsPerFile } = this;
    for (; this.written < rows.length; this.written += rowsPerFile) {
      const next = rows.slice(this.written, this.written + rowsPerFile);
      if (this.written + next.length > available) return;
      const number = this.written / rowsPerFile;
      const name = `${String(number).padStart(6, '0')}.json`;
      writeFileSync(`${folder}.part`, next.map((row) => `${JSON.stringify(row)}\n`).join(''));
      // Sources read in the order of these times.
      utimesSync(`${folder}.part`, 1_700_000_000 + number, 1_700_000_000 + number);
      renameSync(`${folder}.part`, join(folder, name));
    }
  }
}
