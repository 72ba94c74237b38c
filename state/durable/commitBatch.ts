import type { ByteBatch } from '../../lib/state/byteStore.js';
import { entryTime } from '../../lib/state/entry.js';
import type { EpochRecord } from '../../lib/state/stateBackend.js';
import { ByteWriter } from '../codec/byteWriter.js';
import { crc32Of } from '../codec/crc32.js';
import { noShapes, type ShapeDictionary } from '../codec/shapes.js';
import { writeValue } from '../codec/writeValue.js';
import type { StateTable } from '../tables/stateTable.js';
import type { TableBelow } from '../tables/tableBelow.js';
import {
  isEncoded,
  isRemoved,
  isStored,
  markEncodedAhead,
  markForgottenByDisk,
  markStored,
  type TableEntry,
} from '../tables/tableEntry.js';
import { epochsKept, storedFormOf } from './epochs.js';
import { beginFrame, endFrame } from './frame.js';
import { type MetaKey, stateFormat, writeMetaKey } from './layout.js';
import type { TableCatalog } from './tableCatalog.js';
import type { TableTotals } from './tableTotals.js';

/** A table with its changes, and its totals with those of them that the batch has. */
interface ChangedTable {
  readonly table: StateTable;
  readonly below: TableBelow<unknown>;
  readonly totals: TableTotals;
}

/** How much of a batch is encoded before its commit. */
export interface EncodesAhead {
  /** So many of the last changes wait: they are likely to change again. */
  readonly youngest: number;
  /** Entries of a table that are encoded with each turn. */
  readonly perTurn: number;
  /** So many changes of a batch whose last turn is over are encoded before the event loop may go on. */
  readonly atOnce: number;
}

/** Where keys and values are made, each over the one before: a batch copies them. */
export class CommitBuffers {
  readonly key = new ByteWriter();
  readonly value = new ByteWriter();
}

/** Fills the one write batch of a commit. */
export class CommitBatch {
  private readonly key: ByteWriter;
  private readonly value: ByteWriter;

  constructor(
    private readonly target: ByteBatch,
    { key, value } = new CommitBuffers(),
  ) {
    this.key = key;
    this.value = value;
  }

  /** All changes of one table that are not in it yet; brings its totals to what they will be. */
  addTable(changed: ChangedTable): void {
    for (const entry of changed.table.log.all()) {
      if (!isEncoded(entry)) this.addEntry(entry, changed);
    }
  }

  /**
   * The next changes of a table, at most so many and none of the `youngest`, before the commit; gives how many it
   * has looked at. One that changes again is encoded again. `isOver`: no turn of the batch is to come.
   */
  addAhead(changed: ChangedTable, atMost: number, youngest: number, isOver: boolean): number {
    let seen = 0;
    for (; seen < atMost; seen++) {
      const entry = changed.table.log.nextAhead(youngest);
      if (entry === undefined) break;
      // Until the commit the disk has what is removed, and whoever comes back for it must know that.
      if (!isOver && isRemoved(entry)) continue;
      this.addEntry(entry, changed);
      markEncodedAhead(entry);
    }
    return seen;
  }

  private addEntry(entry: TableEntry<unknown>, { table, below, totals }: ChangedTable): void {
    if (isRemoved(entry)) {
      if (isStored(entry)) this.deleteEntry(entry, below, totals);
      return;
    }
    const { key, value } = this;
    key.reset();
    below.writeKey(key, entry);
    const crc = below.writeValue(value, entry, key);
    this.target.put(key.content(), value.content());
    if (isStored(entry)) totals.remove(entry.checksum);
    totals.add(crc);
    markStored(entry, crc);
    table.noteStored(entryTime(entry));
  }

  /** What is new since the last commit: shapes and tables. */
  addDictionaries(shapes: ShapeDictionary, catalog: TableCatalog): void {
    for (const { id, names } of shapes.pending()) this.putMeta({ kind: 'shape', id }, names);
    for (const { id, operator, name, kind } of catalog.pending()) {
      this.putMeta({ kind: 'table', id }, { operator, name, kind });
    }
  }

  addFormat(queryId: string): void {
    this.putMeta({ kind: 'format' }, { format: stateFormat, queryId });
  }

  /** The record that makes the batch committed; gives its checksum. */
  addEpoch(
    record: EpochRecord,
    totals: ReadonlyMap<number, TableTotals>,
    previous: number | null,
  ): number {
    const { batchId } = record;
    if (batchId >= epochsKept) this.deleteMeta({ kind: 'epoch', batchId: batchId - epochsKept });
    return this.putMeta({ kind: 'epoch', batchId }, storedFormOf({ record, totals, previous }));
  }

  private deleteEntry(
    entry: TableEntry<unknown>,
    below: TableBelow<unknown>,
    totals: TableTotals,
  ): void {
    this.key.reset();
    below.writeKey(this.key, entry);
    this.target.del(this.key.content());
    totals.remove(entry.checksum);
    markForgottenByDisk(entry);
  }

  private putMeta(metaKey: MetaKey, content: unknown): number {
    const { key, value } = this;
    key.reset();
    writeMetaKey(key, metaKey);
    beginFrame(value);
    writeValue(value, content, noShapes);
    const crc = endFrame(value, crc32Of(key.view, 0, key.at));
    this.target.put(key.content(), value.content());
    return crc;
  }

  private deleteMeta(metaKey: MetaKey): void {
    this.key.reset();
    writeMetaKey(this.key, metaKey);
    this.target.del(this.key.content());
  }
}
