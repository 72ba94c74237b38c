import { mkdir, open, readdir, readFile, rename, writeFile } from 'node:fs/promises';
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
  /** By origin, then by start of the hour. */
  private readonly origins = new Map<string | null, Map<number, HourRow>>();
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

  /** Answers when the rows are on the disk: the query commits the batch then. */
  async write(batchId: number, rows: readonly HourRow[]): Promise<void> {
    if (rows.length === 0) return;
    const name = `${String(batchId).padStart(9, '0')}.json`;
    const temporary = join(this.directory, `${name}.tmp`);
    await writeFile(temporary, JSON.stringify(rows), { flush: true });
    await rename(temporary, join(this.directory, name));
    const directory = await open(this.directory);
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
    this.take(rows);
  }

  totals(): Totals {
    const totals = { flights: 0, delayMinutes: 0, delayed: 0, groups: 0 };
    for (const hours of this.origins.values()) {
      totals.groups += hours.size;
      for (const row of hours.values()) {
        totals.flights += row.flights;
        totals.delayMinutes += row.delayMinutes ?? 0;
        totals.delayed += row.delayed;
      }
    }
    return totals;
  }

  private take(rows: readonly HourRow[]): void {
    this.latest = rows;
    for (const row of rows) {
      const hours = this.origins.get(row.key);
      if (hours === undefined) this.origins.set(row.key, new Map([[row.window.start, row]]));
      else hours.set(row.window.start, row);
    }
  }
}
