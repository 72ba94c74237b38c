import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A result row of the main job. */
export interface HourRow {
  readonly key: string | null;
  readonly window: { readonly start: number; readonly end: number };
  readonly flights: number;
  readonly delayMinutes: number | null;
  readonly delayed: number;
}

export interface Totals {
  readonly flights: number;
  readonly delayMinutes: number;
  readonly delayed: number;
  readonly groups: number;
}

/**
 * The result table in a folder of files named by batch: writing a batch twice has the effect of once,
 * so the query is exactly once into it. A row of a later batch replaces the one before.
 */
export class HourTable {
  private readonly rows = new Map<string, HourRow>();
  /** The rows of the newest batch. */
  latest: readonly HourRow[] = [];

  private constructor(private readonly directory: string) {}

  static async open(directory: string): Promise<HourTable> {
    await mkdir(directory, { recursive: true });
    const table = new HourTable(directory);
    for (const name of (await readdir(directory)).filter((n) => n.endsWith('.json')).sort()) {
      table.take(JSON.parse(await readFile(join(directory, name), 'utf8')) as HourRow[]);
    }
    return table;
  }

  async write(batchId: number, rows: readonly HourRow[]): Promise<void> {
    if (rows.length === 0) return;
    const name = `${String(batchId).padStart(9, '0')}.json`;
    const temporary = join(this.directory, `${name}.tmp`);
    await writeFile(temporary, JSON.stringify(rows));
    await rename(temporary, join(this.directory, name));
    this.take(rows);
  }

  totals(): Totals {
    let [flights, delayMinutes, delayed] = [0, 0, 0];
    for (const row of this.rows.values()) {
      flights += row.flights;
      delayMinutes += row.delayMinutes ?? 0;
      delayed += row.delayed;
    }
    return { flights, delayMinutes, delayed, groups: this.rows.size };
  }

  private take(rows: readonly HourRow[]): void {
    this.latest = rows;
    for (const row of rows) this.rows.set(`${row.window.start} ${row.key ?? ''}`, row);
  }
}
