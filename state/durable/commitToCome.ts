import type { ByteBatch, ByteStore } from '../../lib/state/byteStore.js';
import type { EpochRecord } from '../../lib/state/stateBackend.js';
import type { ShapeDictionary } from '../codec/shapes.js';
import type { OpenTable } from '../operatorState.js';
import { CommitBatch, CommitBuffers, type EncodesAhead } from './commitBatch.js';
import { batchOf } from './listedBatch.js';
import type { TableCatalog } from './tableCatalog.js';
import { TableTotals } from './tableTotals.js';

const defaultAhead = { youngest: 64, perTurn: 3, atOnce: 256 };

/** What the last commit has left. */
export interface CommitBefore {
  readonly queryId: string;
  /** −1: there was none. */
  readonly batchId: number;
  readonly totals: ReadonlyMap<number, TableTotals>;
  /** Of its epoch record. */
  readonly checksum: number | null;
}

/** A commit as bytes, and what it leaves. */
export interface EncodedCommit {
  readonly changes: ByteBatch;
  readonly totals: ReadonlyMap<number, TableTotals>;
  readonly checksum: number;
}

interface Begun {
  readonly before: CommitBefore;
  readonly changes: ByteBatch;
  readonly batch: CommitBatch;
  readonly totals: Map<number, TableTotals>;
  /** What has changed of paged tables has become pages. */
  hasPages: boolean;
}

/**
 * The write batch of the commit to come, which a batch of many turns fills as it goes on, and the totals of the
 * tables as they will be.
 */
export class CommitToCome {
  private readonly buffers = new CommitBuffers();
  private begun: Begun | undefined;

  constructor(
    private readonly store: ByteStore,
    private readonly shapes: ShapeDictionary,
    private readonly catalog: TableCatalog,
    private readonly before: () => CommitBefore,
    private readonly ahead: EncodesAhead = defaultAhead,
  ) {}

  /**
   * Some of the changes, so that the commit does not hold up the rows of continuous mode. An entry that changes
   * again is encoded again. Throws `STATE_NOT_ENCODABLE`.
   */
  encodeAhead(tables: Iterable<OpenTable>): void {
    const { youngest, perTurn } = this.ahead;
    for (const { table, below } of tables) {
      if (below === undefined || !table.log.hasAhead(youngest)) continue;
      const { batch, totals } = this.begin();
      const changed = { table, below, totals: totalsIn(totals, below.id) };
      batch.addAhead(changed, perTurn, youngest, false);
    }
  }

  /**
   * The next changes of a batch whose last turn is over; false: none are left. Throws `STATE_NOT_ENCODABLE`.
   */
  encodeSome(tables: readonly OpenTable[]): boolean {
    const { batch, totals } = this.beginLast(tables);
    let left = this.ahead.atOnce;
    for (const { table, below } of tables) {
      if (below === undefined) continue;
      const changed = { table, below, totals: totalsIn(totals, below.id) };
      left -= batch.addAhead(changed, left, 0, true);
      if (left === 0) return true;
    }
    return false;
  }

  /** All changes, and the record that makes them committed. Where this throws, nothing is left behind. */
  encode(tables: readonly OpenTable[], record: EpochRecord): EncodedCommit {
    try {
      const { batch, changes, totals, before } = this.beginLast(tables);
      for (const { table, below } of tables) {
        if (below === undefined) continue;
        batch.addTable({ table, below, totals: totalsIn(totals, below.id) });
      }
      if (before.batchId < 0) batch.addFormat(before.queryId);
      batch.addDictionaries(this.shapes, this.catalog);
      const checksum = batch.addEpoch(record, totals, before.checksum);
      this.begun = undefined;
      return { changes, totals, checksum };
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  forget(): void {
    this.begun?.changes.discard();
    this.begun = undefined;
  }

  /** The last turn is over. */
  private beginLast(tables: readonly OpenTable[]): Begun {
    const begun = this.begin();
    if (!begun.hasPages) for (const { paged } of tables) paged?.write();
    begun.hasPages = true;
    return begun;
  }

  private begin(): Begun {
    if (this.begun === undefined) {
      const before = this.before();
      const changes = batchOf(this.store);
      const totals = new Map(Array.from(before.totals, ([id, t]) => [id, t.copy()] as const));
      const batch = new CommitBatch(changes, this.buffers);
      this.begun = { before, changes, totals, batch, hasPages: false };
    }
    return this.begun;
  }
}

function totalsIn(all: Map<number, TableTotals>, table: number): TableTotals {
  let totals = all.get(table);
  if (totals === undefined) {
    totals = new TableTotals();
    all.set(table, totals);
  }
  return totals;
}
