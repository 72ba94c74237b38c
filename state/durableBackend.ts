import { StreamingError } from '../lib/errors.js';
import { isPromise, type MaybePromise, then } from '../lib/maybe.js';
import type { ByteBatch, BytePage, ByteStore } from '../lib/state/byteStore.js';
import type { EpochRecord, StateBackend } from '../lib/state/stateBackend.js';
import type { StateStore } from '../lib/state/stateStore.js';
import { ShapeDictionary } from './codec/shapes.js';
import { BackgroundScan } from './durable/backgroundScan.js';
import { CacheBudget } from './durable/cacheBudget.js';
import type { EncodesAhead } from './durable/commitBatch.js';
import { type CommitBefore, CommitToCome } from './durable/commitToCome.js';
import { FilterRenewal } from './durable/filterRenewal.js';
import { allPages, verifiedPages } from './durable/fullScan.js';
import type { KeyFilter } from './durable/keyFilter.js';
import { KeyFilters } from './durable/keyFilters.js';
import { readMeta, type StateMeta } from './durable/readMeta.js';
import { StoredTable, type StoredTableContext } from './durable/storedTable.js';
import { TableCatalog } from './durable/tableCatalog.js';
import { TableTotals } from './durable/tableTotals.js';
import {
  type OpenTable,
  OperatorState,
  type StateGround,
  type StoredTableOptions,
  type TableKind,
} from './operatorState.js';
import { type PageLimits, pageLimitsFor } from './tables/pageLimits.js';
import type { StateTable } from './tables/stateTable.js';
import type { TableEntry } from './tables/tableEntry.js';

export interface DurableOptions {
  readonly queryId: string;
  /** For errors. */
  readonly directory: string;
  /** Entries that are kept decoded in memory; changed ones come on top. Default 100,000. */
  readonly cacheEntries?: number;
  /** Keys of a table that are known to be on disk or not; beyond them each is looked up. */
  readonly filteredKeys?: number;
  /** Up to so many keys a filter is never made anew. Default 262,144. */
  readonly fewKeys?: number;
  /**
   * What a batch of many turns encodes before its commit: with each turn up to so many entries of a table,
   * but none of the `youngest`, which are likely to change again. Default 64 and 3. What any batch encodes at a
   * time while the commit before is on its way: default 256 entries.
   */
  readonly encodesAhead?: EncodesAhead;
  /** What of paged tables is other than the size of the cache makes it. */
  readonly pageLimits?: Partial<PageLimits>;
  /** The last run closed the store properly: entries are not read through again. */
  readonly clean: boolean;
  /** What the clean stop has left of `onClosed`'s filters. */
  readonly filters?: Uint8Array;
  /** What to check before the entries are read through; throws `STATE_CORRUPT`. */
  readonly beforeScan?: () => Promise<void>;
  /** Damage found behind the first batches; the next commit fails with it too. */
  readonly onCorrupt?: (error: StreamingError<'STATE_CORRUPT'>) => void;
  /**
   * The store is closed; `isSound`: every entry is known to be good, or was written by this run.
   * `filters`: what is known about its keys.
   */
  readonly onClosed?: (isSound: boolean, filters: Uint8Array | undefined) => MaybePromise<void>;
}

/**
 * Opens state over a store of bytes, verified as reliability.md §4 says.
 *
 * State:  decoded entries in a bounded cache; a batch's changes in memory until its one commit.
 * Errors: `STATE_CORRUPT`, `STATE_FORMAT_UNSUPPORTED`, `CHECKPOINT_QUERY_ID`, and while it runs
 *         `STATE_NOT_ENCODABLE`, `STATE_OUTCOME_UNKNOWN`, `STATE_CLOSED`.
 *
 * @since 0.1.0
 */
export async function openDurableBackend(
  store: ByteStore,
  options: DurableOptions,
): Promise<{ readonly backend: DurableBackend; readonly lastEpoch: EpochRecord | undefined }> {
  const meta = await readMeta(store, options.directory);
  const { queryId } = options;
  const found = meta.lastEpoch === undefined ? queryId : meta.lastEpoch.record.queryId;
  if (found !== queryId || (meta.queryId ?? queryId) !== queryId) {
    const file = options.directory;
    throw new StreamingError('CHECKPOINT_QUERY_ID', { file, expected: queryId, found });
  }
  const backend = new DurableBackend(store, options, meta);
  return { backend, lastEpoch: meta.lastEpoch?.record };
}

type Mode = 'open' | 'must abort' | 'outcome unknown' | 'closed';

/** {@link StateBackend} over a {@link ByteStore}. */
export class DurableBackend implements StateBackend, StateGround, StoredTableContext {
  readonly writesChanges = true;
  readonly shapes: ShapeDictionary;
  readonly pageLimits: PageLimits;
  writing = false;
  answered = 0;
  private readonly catalog: TableCatalog;
  private readonly operators = new Map<string, OperatorState>();
  private readonly reads = new Map<string, number>();
  private readonly toCome: CommitToCome;
  private readonly cache: CacheBudget;
  private readonly scan: BackgroundScan;
  private readonly filters: KeyFilters;
  private readonly renewal: FilterRenewal;
  private readonly totalsAtStart: ReadonlyMap<number, TableTotals>;
  private totals: ReadonlyMap<number, TableTotals>;
  private lastChecksum: number | null;
  private lastBatchId: number;
  /** What the last commit says of its query. */
  private completed: boolean;
  private mode: Mode = 'open';
  private inFlight: PromiseLike<void> | undefined;

  constructor(
    readonly store: ByteStore,
    private readonly options: DurableOptions,
    meta: StateMeta,
  ) {
    this.shapes = new ShapeDictionary(meta.shapes);
    this.catalog = new TableCatalog(meta.tables);
    const { queryId, encodesAhead } = options;
    const before = (): CommitBefore => {
      const { totals, lastBatchId: batchId, lastChecksum: checksum } = this;
      return { queryId, batchId, totals, checksum };
    };
    this.toCome = new CommitToCome(store, this.shapes, this.catalog, before, encodesAhead);
    this.totals = meta.lastEpoch?.totals ?? new Map();
    this.totalsAtStart = this.totals;
    this.lastChecksum = meta.lastChecksum;
    this.lastBatchId = meta.lastEpoch?.record.batchId ?? -1;
    this.completed = meta.lastEpoch?.record.completed ?? false;
    const cacheEntries = options.cacheEntries ?? 100_000;
    this.cache = new CacheBudget(cacheEntries, () => this.openTables());
    this.pageLimits = { ...pageLimitsFor(cacheEntries), ...options.pageLimits };
    this.scan = new BackgroundScan(store, options);
    this.filters = new KeyFilters(options.filteredKeys ?? 4_000_000);
    this.renewal = new FilterRenewal(store, options.fewKeys);
    if (options.clean && options.filters) this.filters.take(options.filters, this.commitName);
    this.startScan(meta);
  }

  get sweeps(): number {
    return this.cache.sweeps;
  }

  /** The batch that is under way. */
  get batchId(): number {
    return this.lastBatchId + 1;
  }

  /** Settles when the scan behind the first batches has ended, whatever it found. */
  get scanned(): Promise<void> {
    return this.scan.ended;
  }

  /** Settles when no filter is being made anew. */
  get renewed(): Promise<void> {
    return this.renewal.ended;
  }

  operator(operatorId: string): StateStore {
    this.mustBeOpen(`'${operatorId}'`);
    let state = this.operators.get(operatorId);
    if (state === undefined) {
      state = new OperatorState(operatorId, this);
      this.operators.set(operatorId, state);
    }
    return state;
  }

  begin(): void {
    this.mustBeOpen('a batch');
    this.reads.clear();
    for (const { table } of this.openTables()) table.beginBatch();
  }

  beginTurn(): void {
    for (const { table } of this.openTables()) table.beginTurn();
    if (this.mode !== 'open') return;
    this.mode = 'must abort';
    this.toCome.encodeAhead(this.openTables());
    this.mode = 'open';
  }

  encodeSome(): boolean {
    if (this.mode !== 'open') return false;
    this.mode = 'must abort';
    const isMore = this.toCome.encodeSome([...this.openTables()]);
    this.mode = 'open';
    return isMore;
  }

  commit(record: EpochRecord, after?: MaybePromise<void>): MaybePromise<void> {
    if (this.inFlight !== undefined) return this.inFlight.then(() => this.commit(record, after));
    this.mustBeOpen('a commit');
    this.scan.throwIfCorrupt();
    this.mode = 'must abort';
    if (record.batchId !== this.batchId) throw this.wrongBatch(record);
    const commit = this.toCome.encode([...this.openTables()], record);
    this.totals = commit.totals;
    this.lastChecksum = commit.checksum;
    this.mode = 'open';
    this.lastBatchId = record.batchId;
    this.completed = record.completed;
    this.renewal.prepare(this.filters, (table) => this.totalsOf(table).count);
    return this.write(commit.changes, after);
  }

  abort(): void {
    if (this.mode === 'closed') return;
    if (this.mode === 'must abort') this.mode = 'open';
    this.toCome.forget();
    for (const { table, paged } of this.openTables()) {
      table.reset();
      paged?.reset();
    }
  }

  snapshot(): AsyncIterable<BytePage> {
    this.mustBeOpen('a copy');
    this.scan.throwIfCorrupt();
    const { lastBatchId: batchId, totals } = this;
    const expected = { batchId, totals, tables: this.catalog.all().slice() };
    return verifiedPages(allPages(this.store), expected);
  }

  close(): MaybePromise<void> {
    if (this.mode === 'closed') return;
    const isSound = this.mode !== 'outcome unknown' && this.scan.isSound;
    this.mode = 'closed';
    this.scan.cancel();
    this.renewal.cancel();
    this.toCome.forget();
    const finish = () => {
      for (const { table } of this.openTables()) table.close();
      const filters = isSound ? this.filters.toBytes(this.commitName) : undefined;
      const { completed } = this;
      return then(this.store.close({ completed }), () => this.options.onClosed?.(isSound, filters));
    };
    return this.inFlight === undefined ? finish() : this.inFlight.then(finish, finish);
  }

  below<V>(
    operatorId: string,
    name: string,
    kind: TableKind,
    options: StoredTableOptions<V>,
  ): StoredTable<V> {
    this.mustBeOpen(`table '${name}'`);
    return new StoredTable<V>(this.catalog.table(operatorId, name, kind), options, this);
  }

  entriesRead(operatorId: string): number {
    return this.reads.get(operatorId) ?? 0;
  }

  /** A table that was empty at the start, or that the scan reads through, is known key by key. */
  filterOf(table: number): KeyFilter | undefined {
    return this.filters.of(table, (this.totalsAtStart.get(table)?.count ?? 0) === 0);
  }

  /** Of the last commit: with the totals of its tables, so that no other state is taken for it. */
  private get commitName(): string {
    const totals = Array.from(this.totals, ([id, t]) => [id, t.count, t.sum, t.mixed]);
    const { queryId } = this.options;
    return JSON.stringify([queryId, this.lastBatchId, this.lastChecksum, totals]);
  }

  /** Reads all entries behind the first batches, unless the last run has closed the store properly. */
  private startScan(meta: StateMeta): void {
    if (!this.options.clean) for (const { id } of meta.tables) this.filters.add(id);
    const expected = { ...meta, batchId: this.lastBatchId, totals: this.totals };
    this.scan.start(this.options.clean, expected, this.filters);
  }

  countRead(operatorId: string): void {
    this.reads.set(operatorId, (this.reads.get(operatorId) ?? 0) + 1);
  }

  totalsOf(table: number): TableTotals {
    return this.totals.get(table) ?? new TableTotals();
  }

  /** While a commit is on its way, entries are newer than the disk and must stay. */
  cached(): void {
    this.cache.arrived(1, !this.writing);
  }

  private *openTables(): Iterable<OpenTable> {
    for (const state of this.operators.values()) yield* state.tables;
  }

  private write(changes: ByteBatch, after: MaybePromise<void>): MaybePromise<void> {
    const settled = this.settleLater();
    this.writing = true;
    const answer = isPromise(after)
      ? after.then(
          () => this.writeNow(changes),
          (error: unknown) => this.giveUp(changes, error),
        )
      : this.writeNow(changes);
    if (!isPromise(answer)) return settled();
    this.inFlight = answer.then(settled);
    return this.inFlight;
  }

  private writeNow(changes: ByteBatch): MaybePromise<void> {
    try {
      const answer = changes.write();
      if (!isPromise(answer)) return answer;
      return answer.then(undefined, (error: unknown) => {
        throw this.failed(error);
      });
    } catch (error) {
      throw this.failed(error);
    }
  }

  /** What had to come first has failed: the changes are lost, and with them what the tables hold. */
  private giveUp(changes: ByteBatch, error: unknown): never {
    this.failed(error);
    changes.discard();
    throw error;
  }

  /** What follows when the write has answered: the changes are now those of the disk. */
  private settleLater(): () => void {
    const gone: [StateTable, readonly TableEntry<unknown>[]][] = [];
    let changed = 0;
    for (const { table } of this.openTables()) {
      changed += table.log.all().length;
      const removed = table.forgetChanges();
      if (removed.length > 0) gone.push([table, removed]);
    }
    const shapes = this.shapes.pending().length;
    const tables = this.catalog.pending().length;
    return () => {
      this.writing = false;
      this.answered++;
      this.inFlight = undefined;
      this.shapes.settle(shapes);
      this.catalog.settle(tables);
      for (const [table, removed] of gone) for (const entry of removed) table.bury(entry);
      this.cache.dropUncached();
      this.cache.arrived(changed, true);
      this.renewal.start();
    };
  }

  private failed(cause: unknown): unknown {
    this.mode = 'outcome unknown';
    this.inFlight = undefined;
    if (cause instanceof StreamingError) return cause;
    return new StreamingError('STATE_OUTCOME_UNKNOWN', { reason: String(cause) }, { cause });
  }

  private mustBeOpen(what: string): void {
    if (this.mode === 'open') return;
    if (this.mode === 'must abort') throw new TypeError(`a commit failed: abort before ${what}`);
    if (this.mode === 'closed') throw new StreamingError('STATE_CLOSED', { what });
    throw new StreamingError('STATE_OUTCOME_UNKNOWN', { reason: `${what} after a failed write` });
  }

  private wrongBatch(record: EpochRecord): StreamingError<'CHECKPOINT_POSITION'> {
    return new StreamingError('CHECKPOINT_POSITION', {
      directory: this.options.directory,
      planned: `batch ${record.batchId}`,
      committed: this.lastBatchId < 0 ? 'nothing' : `batch ${this.lastBatchId}`,
      reason: 'batches are committed one after the other',
    });
  }
}
