import type { OutputMode } from '../plan/outputMode.js';
import { cellOf, windowBounds } from './cell.js';
import type { Cell, TableChange } from './wire.js';

/** Rows that one message may carry; the others follow with the next. */
const rowsPerMessage = 2000;

interface Entry {
  readonly id: number;
  row: unknown;
  /** Cells as they were last told; in the other modes than complete a row that came has changed. */
  told: string | undefined;
}

/**
 * The newest part of a query's result, at most `limit` rows.
 *
 * Batches are only remembered when they come (`take`, no work per row) and folded when the page asks
 * (`change`), so what a batch costs does not grow with its rows.
 *
 * - append: the last rows. complete: the first rows of the newest batch, in its order.
 * - update: a row takes the place of the one with the same `key` and `window`; rows without these
 *   columns are appended.
 */
export class ResultTable {
  /** By identity, the one changed last at the end. */
  private entries = new Map<string, Entry>();
  private readonly changed = new Set<Entry>();
  private readonly removed = new Set<number>();
  private pending: (readonly unknown[])[] = [];
  private pendingRows = 0;
  private columns: string[] = [];
  private known = new Set<string>();
  private columnsTold = 0;
  private nextId = 0;
  /** Rows have left because others came. */
  private hasLost = false;
  private total = 0;

  constructor(
    private readonly mode: OutputMode,
    private readonly limit: number,
  ) {}

  /** Rows of a committed batch; they are not changed by anybody. */
  take(rows: readonly unknown[]): void {
    if (this.mode === 'complete') {
      this.pending = [rows.slice(0, this.limit)];
      this.total = rows.length;
      return;
    }
    if (rows.length === 0) return;
    this.total += rows.length;
    if (rows.length > this.limit) this.hasLost = true;
    const newest = rows.length > this.limit ? rows.slice(-this.limit) : rows;
    // As many rows as fit, each of another group: nothing before them can be left.
    if (newest.length === this.limit) this.forgetPending();
    this.pending.push(newest);
    this.pendingRows += newest.length;
    if (this.pendingRows > 4 * this.limit) this.fold();
  }

  /** What has changed since the last call; null if nothing. */
  change(): TableChange | null {
    this.fold();
    const full = this.columnsTold !== this.columns.length;
    if (full) {
      this.columnsTold = this.columns.length;
      this.changed.clear();
      for (const entry of this.entries.values()) {
        entry.told = undefined;
        this.changed.add(entry);
      }
    }
    if (this.changed.size === 0 && this.removed.size === 0) return null;
    const rows: TableChange['rows'][number][] = [];
    for (const entry of this.changed) {
      if (rows.length === rowsPerMessage) break;
      this.changed.delete(entry);
      const cells = this.cellsOf(entry.row);
      const text = this.mode === 'complete' ? JSON.stringify(cells) : '';
      if (text !== '' && text === entry.told) continue;
      entry.told = text;
      rows.push([entry.id, ...cells]);
    }
    const removed = [...this.removed];
    this.removed.clear();
    return { columns: this.columns, full, rows, removed, total: this.totalRows };
  }

  /** Changed rows wait for the next message. */
  get hasMore(): boolean {
    return this.changed.size > 0;
  }

  /** The whole table as it is. */
  snapshot(): TableChange {
    this.fold();
    const rows = [...this.entries.values()].map(
      ({ id, row }) => [id, ...this.cellsOf(row)] as TableChange['rows'][number],
    );
    return { columns: this.columns, full: true, rows, removed: [], total: this.totalRows };
  }

  private get totalRows(): number | null {
    if (this.mode !== 'update') return this.total;
    return this.hasLost ? null : this.entries.size;
  }

  private forgetPending(): void {
    this.pending = [];
    this.pendingRows = 0;
  }

  private fold(): void {
    const batches = this.pending;
    this.forgetPending();
    for (const rows of batches) {
      if (this.mode === 'complete') this.replace(rows);
      else for (const row of rows) this.put(row);
    }
  }

  private put(row: unknown): void {
    this.learnColumns(row);
    const identity = this.mode === 'update' ? identityOf(row) : undefined;
    const key = identity ?? `#${this.nextId}`;
    let entry = this.entries.get(key);
    if (entry) {
      this.entries.delete(key);
      entry.row = row;
    } else entry = { id: this.nextId++, row, told: undefined };
    this.entries.set(key, entry);
    this.changed.add(entry);
    if (this.entries.size > this.limit) this.evictOldest();
  }

  private evictOldest(): void {
    this.hasLost = true;
    for (const [key, entry] of this.entries) {
      this.entries.delete(key);
      this.forget(entry);
      return;
    }
  }

  private forget(entry: Entry): void {
    this.changed.delete(entry);
    if (entry.told !== undefined) this.removed.add(entry.id);
  }

  private replace(rows: readonly unknown[]): void {
    const before = this.entries;
    this.entries = new Map();
    for (const [i, row] of rows.entries()) {
      this.learnColumns(row);
      const identity = identityOf(row) ?? `#${i}`;
      const key = this.entries.has(identity) ? `#${i}` : identity;
      const entry = before.get(key) ?? { id: this.nextId++, row, told: undefined };
      before.delete(key);
      entry.row = row;
      this.entries.set(key, entry);
      this.changed.add(entry);
    }
    for (const entry of before.values()) this.forget(entry);
  }

  private learnColumns(row: unknown): void {
    if (typeof row !== 'object' || row === null || row instanceof Date || Array.isArray(row)) {
      if (this.columns.length === 0) this.addColumn('value');
      return;
    }
    for (const name in row) if (!this.known.has(name)) this.addColumn(name);
  }

  private addColumn(name: string): void {
    if (this.columns.length >= 100) return;
    this.known.add(name);
    this.columns.push(name);
  }

  private cellsOf(row: unknown): Cell[] {
    if (typeof row !== 'object' || row === null || row instanceof Date || Array.isArray(row)) {
      return this.columns.map((name) => (name === 'value' ? cellOf(row) : null));
    }
    return this.columns.map((name) =>
      Object.hasOwn(row, name) ? cellOf((row as Record<string, unknown>)[name]) : null,
    );
  }
}

/** Key and window of a grouped row as text; undefined if it has neither. */
function identityOf(row: unknown): string | undefined {
  if (typeof row !== 'object' || row === null) return undefined;
  const hasKey = Object.hasOwn(row, 'key');
  const { key, window } = row as { key?: unknown; window?: unknown };
  const bounds = windowBounds(window);
  if (!hasKey && !bounds) return undefined;
  const text = typeof key === 'string' ? `s${key}` : `${typeof key} ${JSON.stringify(cellOf(key))}`;
  return bounds ? `${bounds[0]} ${bounds[1]} ${text}` : text;
}
