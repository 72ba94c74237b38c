import { join } from 'node:path';
import { nodeFileSystem } from '../../lib/checkpoint/nodeFileSystem.js';
import { inPlace } from '../../lib/checkpoint/placeFault.js';
import { StreamingError } from '../../lib/errors.js';
import { closeAll, drive } from '../../lib/maybe.js';
import { openSavepoint } from '../../lib/savepoint/savepoint.js';
import { markerName } from '../../lib/savepoint/savepointFile.js';
import type { BytePage } from '../../lib/state/byteStore.js';
import { entryKey, entryTime } from '../../lib/state/entry.js';
import type { EpochRecord } from '../../lib/state/stateBackend.js';
import { ByteWriter } from '../codec/byteWriter.js';
import { ShapeDictionary } from '../codec/shapes.js';
import { allPages, type ExpectedState, verifiedPages } from '../durable/fullScan.js';
import { entryBound, entryEnd } from '../durable/layout.js';
import { readMeta, type StateMeta } from '../durable/readMeta.js';
import { type ReadableStore, StoredTable } from '../durable/storedTable.js';
import type { TableIdentity } from '../durable/tableCatalog.js';
import { TableTotals } from '../durable/tableTotals.js';
import type { TableKind } from '../operatorState.js';
import { SavepointStore } from '../savepointStore.js';
import { countOf, pagesOf } from '../tables/pagedTable.js';
import { openLevel, reasonOf } from './levelByteStore.js';
import { linkedCopy } from './linkedCopy.js';
import { pagedEntries, type TimedStoredEntry } from './pagedEntries.js';
import { checkCleanMark, checkFormat, checkLogs, checkTables } from './storeFiles.js';
import { defaultSizes } from './storeSizes.js';

/** A table of the state of a stopped query. */
export interface StoredTableInfo {
  readonly operator: string;
  readonly table: string;
  readonly kind: TableKind;
  readonly entries: number;
}

/** One entry as it is stored; `time` (ms) only in a timed table. */
export interface StoredEntry {
  readonly key: unknown;
  readonly time?: number;
  readonly value: unknown;
}

/** The state of a stopped query, as its last commit left it. */
export interface StateReader {
  readonly queryId: string | undefined;
  readonly lastEpoch: EpochRecord | undefined;
  readonly tables: readonly StoredTableInfo[];
  /** Entries in order of time and key. Throws `STATE_CORRUPT`. */
  entries(operator: string, table: string): AsyncIterable<StoredEntry>;
  /** Everything as bytes, verified, counts included. Throws `STATE_CORRUPT`. */
  pages(): AsyncIterable<BytePage>;
  close(): Promise<void>;
}

/**
 * Opens the state in a checkpoint, or in a savepoint, for reading; no query may use it meanwhile.
 *
 * In:     the `checkpointLocation` of a query that is stopped, or the folder of a savepoint.
 * Out:    its tables and their entries, verified as they are read, in their stored form.
 * Errors: `CHECKPOINT_LOCATION`, `CHECKPOINT_LOCKED`, `STATE_OPEN_FAILED`, `STATE_FORMAT_UNSUPPORTED`,
 *         `STATE_CORRUPT`; for a savepoint `SAVEPOINT_DAMAGED`, `SAVEPOINT_LOCATION`.
 *
 * @example
 * const state = await readState('./checkpoint');
 * for (const { operator, table } of state.tables) {
 *   for await (const entry of state.entries(operator, table)) console.log(operator, entry);
 * }
 * await state.close();
 * @since 0.1.0
 */
export function readState(checkpointLocation: string): Promise<StateReader> {
  return inPlace('CHECKPOINT_LOCATION', checkpointLocation, () => openReader(checkpointLocation));
}

async function openReader(checkpointLocation: string): Promise<StateReader> {
  if ((await nodeFileSystem().read(join(checkpointLocation, markerName))) !== undefined) {
    return readSavepoint(checkpointLocation);
  }
  const directory = join(checkpointLocation, 'state');
  if ((await checkFormat(directory)) === 'new') throw openFailed(directory, 'it is missing');
  const lock = await nodeFileSystem().lock?.(checkpointLocation);
  const release = async () => lock?.release();
  try {
    await checkCleanMark(directory);
    await checkLogs(directory);
    await (await checkTables(directory))?.();
    return await readCopy(directory, release);
  } catch (error) {
    await release();
    throw error instanceof StreamingError ? error : openFailed(directory, reasonOf(error), error);
  }
}

/** Opening a LevelDB changes it, and what is only read should stay as it was left. */
async function readCopy(directory: string, release: () => Promise<void>): Promise<StateReader> {
  const copy = await linkedCopy(directory);
  try {
    const store = await openLevel(copy.directory, false, defaultSizes());
    return await readerOf(store, directory, async () => {
      await drive(closeAll([() => store.close(), () => copy.remove(), release]));
    });
  } catch (error) {
    await copy.remove().catch(() => undefined); // the first error is the one to tell
    throw error;
  }
}

/** A savepoint needs no LevelDB, and no lock: nobody writes to it. */
async function readSavepoint(directory: string): Promise<StateReader> {
  const savepoint = await openSavepoint(nodeFileSystem(), directory);
  return readerOf(new SavepointStore(savepoint), directory, async () => undefined);
}

async function readerOf(
  store: ReadableStore,
  directory: string,
  close: () => Promise<void>,
): Promise<StateReader> {
  try {
    const meta = await readMeta(store, directory);
    const shapes = new ShapeDictionary(meta.shapes);
    const content = (identity: TableIdentity) => entriesOf(store, shapes, meta, identity);
    return {
      queryId: meta.queryId,
      lastEpoch: meta.lastEpoch?.record,
      tables: await shownTables(meta, content),
      entries: (operator, table) => shownEntries(meta, content, operator, table),
      pages: () => verifiedPages(allPages(store), expectedIn(meta)),
      close,
    };
  } catch (error) {
    await close().catch(() => undefined); // the first error is the one to tell
    throw error;
  }
}

function expectedIn(meta: StateMeta): ExpectedState {
  const { lastEpoch, tables } = meta;
  const batchId = lastEpoch?.record.batchId ?? -1;
  return { batchId, tables, totals: lastEpoch?.totals ?? new Map() };
}

type Content = (identity: TableIdentity) => AsyncIterable<StoredEntry>;

/** A table of an operator, if it has kept anything. */
function tableIn(meta: StateMeta, operator: string, name: string): TableIdentity | undefined {
  return meta.tables.find((each) => each.operator === operator && each.name === name);
}

/** Where a paged table has its pages and their number of entries; variables of a program may have such names. */
function partsIn(meta: StateMeta, { operator, name, kind }: TableIdentity) {
  const pages = tableIn(meta, operator, pagesOf(name));
  const count = tableIn(meta, operator, countOf(name));
  const isPaged = kind === 'timed' && pages?.kind === 'timed' && count?.kind === 'keyed';
  return isPaged ? { pages, count } : undefined;
}

/** Tables as their operators know them: pages count as the entries in them. */
async function shownTables(meta: StateMeta, content: Content): Promise<readonly StoredTableInfo[]> {
  const shown: StoredTableInfo[] = [];
  const parts = new Set<TableIdentity>();
  for (const identity of meta.tables) {
    const { operator, name: table, kind } = identity;
    if (parts.has(identity)) continue;
    let entries = totalsIn(meta, identity.id).count;
    const own = partsIn(meta, identity);
    if (own !== undefined) {
      parts.add(own.pages).add(own.count);
      for await (const { value } of content(own.count)) entries += Number(value);
    }
    shown.push({ operator, table, kind, entries });
  }
  return shown;
}

function shownEntries(
  meta: StateMeta,
  content: Content,
  operator: string,
  name: string,
): AsyncIterable<StoredEntry> {
  const identity = tableIn(meta, operator, name);
  if (identity === undefined) throw new RangeError(`there is no table '${name}' of '${operator}'`);
  const parts = partsIn(meta, identity);
  if (parts === undefined) return content(identity);
  return pagedEntries(
    content(parts.pages) as AsyncIterable<TimedStoredEntry>,
    content(identity) as AsyncIterable<TimedStoredEntry>,
  );
}

function totalsIn(meta: StateMeta, id: number): TableTotals {
  return meta.lastEpoch?.totals.get(id) ?? new TableTotals();
}

async function* entriesOf(
  store: ReadableStore,
  shapes: ShapeDictionary,
  meta: StateMeta,
  identity: TableIdentity,
): AsyncIterable<StoredEntry> {
  const table = new StoredTable<unknown>(
    identity,
    {},
    {
      store,
      shapes,
      sweeps: 0,
      writing: false,
      answered: 0,
      batchId: meta.lastEpoch?.record.batchId ?? 0,
      totalsOf: (id) => totalsIn(meta, id),
      filterOf: () => undefined,
      countRead: () => undefined,
      cached: () => undefined,
    },
  );
  const out = new ByteWriter(64);
  const [from, to] = [entryBound(out, identity.id), entryEnd(out, identity.id)];
  for await (const page of store.pages(from, to, 1000)) {
    for (const [keyBytes, bytes] of page) {
      const entry = table.entryAt(keyBytes, bytes);
      const read = { key: entryKey(entry), value: entry.value };
      yield identity.kind === 'timed' ? { ...read, time: entryTime(entry) } : read;
    }
  }
}

function openFailed(
  directory: string,
  reason: string,
  cause?: unknown,
): StreamingError<'STATE_OPEN_FAILED'> {
  return new StreamingError('STATE_OPEN_FAILED', { directory, reason }, { cause });
}
