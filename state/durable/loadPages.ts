import { StreamingError } from '../../lib/errors.js';
import type { MaybePromise } from '../../lib/maybe.js';
import type { ByteChange, BytePage, ByteStore } from '../../lib/state/byteStore.js';
import { CommitBatch } from './commitBatch.js';
import { EntryCount } from './fullScan.js';
import { isMetaKey } from './layout.js';
import { batchOf } from './listedBatch.js';
import { metaOf, type StateMeta } from './readMeta.js';

/** State of another store, and the query to which it is to belong. */
export interface LoadedState {
  /** For errors. */
  readonly directory: string;
  readonly queryId: string;
  /** The last commit in it. */
  readonly batchId: number;
  /** In byte order of their keys. */
  readonly pages: AsyncIterable<BytePage>;
}

/**
 * Fills an empty store with the state of another, verified; what it says about itself comes last, so
 * that a store that was half filled holds no commit.
 *
 * Errors: `STATE_CORRUPT`, `STATE_FORMAT_UNSUPPORTED`, and those of writing.
 */
export async function loadPages(store: ByteStore, state: LoadedState): Promise<void> {
  const { directory, queryId, batchId } = state;
  const own: (readonly [Uint8Array, Uint8Array])[] = [];
  let count: EntryCount | undefined;
  const counted = () => {
    count ??= new EntryCount(expectedOf(metaOf(own, directory), batchId));
    return count;
  };
  for await (const page of state.pages) {
    const entries = page.filter(([key]) => !isMetaKey(key));
    for (const pair of page) if (isMetaKey(pair[0])) own.push(pair);
    if (entries.length === 0) continue;
    counted().add(entries);
    await store.write(entries.map(put));
  }
  counted().mustBeAll();
  await writeMeta(store, queryId, own, metaOf(own, directory));
}

function expectedOf(meta: StateMeta, batchId: number) {
  const { lastEpoch, tables } = meta;
  if (lastEpoch?.record.batchId === batchId) return { batchId, tables, totals: lastEpoch.totals };
  const found = lastEpoch === undefined ? 'no batch' : `batch ${lastEpoch.record.batchId}`;
  const reason = `it is as of ${found}, not of batch ${batchId}`;
  throw new StreamingError('STATE_CORRUPT', {
    operator: 'the query',
    table: 'epochs',
    batchId,
    reason,
  });
}

/** Format and epoch records name the query; tables and shapes stay as they are. */
function writeMeta(
  store: ByteStore,
  queryId: string,
  own: BytePage,
  meta: StateMeta,
): MaybePromise<void> {
  const target = batchOf(store);
  for (const [key, value] of own) target.put(key, value);
  const batch = new CommitBatch(target);
  batch.addFormat(queryId);
  let previous: number | null | undefined;
  for (const { record, totals, previous: before } of meta.epochs) {
    previous = batch.addEpoch({ ...record, queryId }, totals, previous ?? before);
  }
  return target.write();
}

function put([key, value]: readonly [Uint8Array, Uint8Array]): ByteChange {
  return { type: 'put', key, value };
}
