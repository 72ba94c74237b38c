import type { ByteChange } from '../../lib/state/byteStore.js';
import type { EpochRecord } from '../../lib/state/stateBackend.js';
import { ByteWriter } from '../codec/byteWriter.js';
import { noShapes, type ShapeDictionary } from '../codec/shapes.js';
import { writeValue } from '../codec/writeValue.js';
import type { StateTable } from '../tables/stateTable.js';
import type { TableBelow } from '../tables/tableBelow.js';
import { epochsKept, storedFormOf } from './epochs.js';
import { beginFrame, endFrame } from './frame.js';
import { type MetaKey, stateFormat, writeMetaKey } from './layout.js';
import type { TableCatalog } from './tableCatalog.js';
import type { TableTotals } from './tableTotals.js';

/** Makes the one write batch of a commit. Its bytes stay valid until the next `begin`. */
export class CommitBatch {
  private readonly out = new ByteWriter();
  private changes: ByteChange[] = [];

  begin(): void {
    this.out.reset();
    this.changes = [];
  }

  /** All changes of one table; brings `totals` to what they will be. */
  addTable(table: StateTable, below: TableBelow<unknown>, totals: TableTotals): void {
    const { out, changes } = this;
    for (const entry of table.log.all()) {
      const keyAt = out.at;
      if (entry.removed) {
        if (!entry.stored) continue;
        below.writeKey(out, entry);
        changes.push({ type: 'del', key: out.slice(keyAt) });
        totals.remove(entry.checksum);
        entry.stored = false;
        continue;
      }
      const { valueAt, crc } = below.write(out, entry);
      changes.push({ type: 'put', key: out.slice(keyAt, valueAt), value: out.slice(valueAt) });
      if (entry.stored) totals.remove(entry.checksum);
      totals.add(crc);
      entry.stored = true;
      entry.checksum = crc;
      table.noteStored(entry.time);
    }
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

  all(): readonly ByteChange[] {
    return this.changes;
  }

  private putMeta(key: MetaKey, content: unknown): number {
    const { out } = this;
    const keyAt = out.at;
    writeMetaKey(out, key);
    const valueAt = beginFrame(out);
    writeValue(out, content, noShapes);
    const crc = endFrame(out, keyAt, valueAt);
    this.changes.push({
      type: 'put',
      key: out.slice(keyAt, valueAt),
      value: out.slice(valueAt),
    });
    return crc;
  }

  private deleteMeta(key: MetaKey): void {
    const keyAt = this.out.at;
    writeMetaKey(this.out, key);
    this.changes.push({ type: 'del', key: this.out.slice(keyAt) });
  }
}
