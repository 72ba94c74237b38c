import { StreamingError } from '../../lib/errors.js';
import { drive, type MaybePromise, type Steps, then, wait } from '../../lib/maybe.js';
import type { BytePage, ByteStore } from '../../lib/state/byteStore.js';
import { canonicalKey } from '../../lib/state/canonicalKey.js';
import { entryKey, entryTime } from '../../lib/state/entry.js';
import { keyText } from '../../lib/state/keyText.js';
import { ByteReader } from '../codec/byteReader.js';
import { ByteWriter } from '../codec/byteWriter.js';
import { crc32Of } from '../codec/crc32.js';
import { DecodeError } from '../codec/decodeError.js';
import { readKey, writeKey } from '../codec/keyCodec.js';
import { NotEncodable } from '../codec/notEncodable.js';
import { readOrderedNumber, writeOrderedNumber } from '../codec/orderedNumber.js';
import { readValue } from '../codec/readValue.js';
import type { Shapes } from '../codec/shapes.js';
import { isEncodable, unencodableIn } from '../codec/unencodable.js';
import { writeValue } from '../codec/writeValue.js';
import type { StoredTableOptions } from '../operatorState.js';
import type { TableBelow } from '../tables/tableBelow.js';
import { isStored, markStored, type TableEntry, tableEntry } from '../tables/tableEntry.js';
import { beginFrame, endFrame, frameLength, verifyFrame } from './frame.js';
import type { KeyFilter } from './keyFilter.js';
import { entryBound, entryEnd, entryPrefixLength, successor, writeEntryPrefix } from './layout.js';
import type { TableIdentity } from './tableCatalog.js';
import type { TableTotals } from './tableTotals.js';

/** What reading needs of a store. */
export type ReadableStore = Pick<ByteStore, 'get' | 'range' | 'pages'>;

/** What the tables of one backend share. */
export interface StoredTableContext {
  readonly store: ReadableStore;
  readonly shapes: Shapes;
  readonly sweeps: number;
  readonly writing: boolean;
  /** So many commits have answered. */
  readonly answered: number;
  /** Of the batch that is under way: for errors. */
  readonly batchId: number;
  /** Totals of the last commit. */
  totalsOf(table: number): TableTotals;
  /** What the table may have on disk; undefined: nobody knows. */
  filterOf(table: number): KeyFilter | undefined;
  countRead(operator: string): void;
  cached(): void;
}

const pageLength = 1000;

/** One table in the bytes of a store: {@link TableBelow}, and how its entries are written. */
export class StoredTable<V> implements TableBelow<V> {
  private readonly scratch = new ByteWriter(256);
  private readonly isTimed: boolean;
  private readonly filter: KeyFilter | undefined;

  constructor(
    readonly identity: TableIdentity,
    private readonly options: StoredTableOptions<V>,
    private readonly context: StoredTableContext,
  ) {
    this.isTimed = identity.kind === 'timed';
    this.filter = context.filterOf(identity.id);
  }

  get id(): number {
    return this.identity.id;
  }
  get storedCount(): number {
    return this.context.totalsOf(this.identity.id).count;
  }
  get sweeps(): number {
    return this.context.sweeps;
  }
  get writing(): boolean {
    return this.context.writing;
  }
  cached(): void {
    this.context.cached();
  }

  read(mapKey: unknown, key: unknown, time: number): TableEntry<V> | undefined {
    const out = this.scratch;
    out.reset();
    this.writeEntryKey(out, key, time);
    const { filter } = this;
    if (filter?.isComplete && !filter.mayHave(crc32Of(out.view, 0, out.at))) return undefined;
    const keyBytes = out.content();
    const bytes = this.bytesAt(keyBytes);
    if (bytes === undefined) return undefined;
    return this.entryOf(keyBytes, bytes, mapKey, key, time);
  }

  scan(after: number, upTo: number, visit: (entry: TableEntry<V>) => void): MaybePromise<void> {
    return drive(this.scanSteps(after, upTo, visit));
  }

  firstTime(
    after: number,
    skip: (mapKey: unknown, time: number) => boolean,
  ): MaybePromise<number | undefined> {
    return drive(this.firstTimeSteps(after, skip));
  }

  lastTime(): MaybePromise<number | undefined> {
    const { id } = this.identity;
    const [from, to] = [entryBound(this.scratch, id), entryEnd(this.scratch, id)];
    const last = drive(this.pageSteps(from, to, { reverse: true, limit: 1 }));
    return then(last, ([pair]) => pair && entryTime(this.entryAt(pair[0], pair[1])));
  }

  writeKey(out: ByteWriter, entry: TableEntry<V>): void {
    this.writeEntryKey(out, entryKey(entry), entryTime(entry));
  }

  writeValue(out: ByteWriter, entry: TableEntry<V>, key: ByteWriter): number {
    const keyCrc = crc32Of(key.view, 0, key.at);
    if (this.filter !== undefined && !isStored(entry)) this.filter.add(keyCrc);
    beginFrame(out);
    const { toStored } = this.options;
    const stored = toStored === undefined ? entry.value : toStored(entry.value);
    try {
      writeValue(out, stored, this.context.shapes);
    } catch (error) {
      throw error instanceof NotEncodable ? this.notEncodable(stored, entryKey(entry)) : error;
    }
    return endFrame(out, keyCrc);
  }

  private writeEntryKey(out: ByteWriter, key: unknown, time: number): void {
    writeEntryPrefix(out, this.identity.id);
    if (this.isTimed) writeOrderedNumber(out, time);
    writeKey(out, key);
  }

  /** The entry that a pair of the store holds. Throws `STATE_CORRUPT`. */
  entryAt(keyBytes: Uint8Array, bytes: Uint8Array): TableEntry<V> {
    const input = new ByteReader(keyBytes, entryPrefixLength);
    try {
      const time = this.isTimed ? readOrderedNumber(input) : Number.NaN;
      const key = readKey(input);
      const mapKey = canonicalKey(key, this.identity.operator);
      return this.entryOf(keyBytes, bytes, mapKey, key, time);
    } catch (error) {
      throw error instanceof DecodeError ? this.corrupt(error) : error;
    }
  }

  corrupt(error: DecodeError): StreamingError<'STATE_CORRUPT'> {
    return new StreamingError(
      'STATE_CORRUPT',
      {
        operator: this.identity.operator,
        table: this.identity.name,
        batchId: this.context.batchId,
        reason: error.reason,
      },
      { cause: error },
    );
  }

  private entryOf(
    keyBytes: Uint8Array,
    bytes: Uint8Array,
    mapKey: unknown,
    key: unknown,
    time: number,
  ): TableEntry<V> {
    try {
      const checksum = verifyFrame(keyBytes, bytes);
      const input = new ByteReader(bytes, frameLength);
      const stored = readValue(input, this.context.shapes);
      if (!input.isAtEnd) throw new DecodeError('goes on behind the value', input.at);
      const { fromStored } = this.options;
      const value = fromStored === undefined ? (stored as V) : fromStored(stored);
      const entry = tableEntry<V>(mapKey, key, value, this.isTimed ? time : undefined);
      markStored(entry, checksum);
      this.context.countRead(this.identity.operator);
      return entry;
    } catch (error) {
      throw error instanceof DecodeError ? this.corrupt(error) : error;
    }
  }

  private bytesAt(key: Uint8Array): Uint8Array | undefined {
    try {
      return this.context.store.get(key);
    } catch (error) {
      throw error instanceof DecodeError ? this.corrupt(error) : error;
    }
  }

  /**
   * As the store was before a commit, or as it is behind it: what is read while one answers is read again,
   * because the tables have forgotten by then what it has removed.
   */
  private *pageSteps(
    from: Uint8Array,
    to: Uint8Array,
    options: { readonly reverse?: boolean; readonly limit: number },
  ): Steps<BytePage> {
    const { context } = this;
    try {
      for (;;) {
        const { answered } = context;
        const page = yield* wait(context.store.range(from, to, options));
        if (answered === context.answered) return page;
      }
    } catch (error) {
      throw error instanceof DecodeError ? this.corrupt(error) : error;
    }
  }

  private *scanSteps(
    after: number,
    upTo: number,
    visit: (entry: TableEntry<V>) => void,
  ): Steps<void> {
    const { id } = this.identity;
    const to = this.isTimed ? entryBound(this.scratch, id, upTo) : entryEnd(this.scratch, id);
    let from = this.startAfter(after);
    for (;;) {
      const page = yield* this.pageSteps(from, to, { limit: pageLength });
      for (const [key, value] of page) visit(this.entryAt(key, value));
      const last = page.at(-1);
      if (last === undefined || page.length < pageLength) return;
      from = successor(last[0]);
    }
  }

  private *firstTimeSteps(
    after: number,
    skip: (mapKey: unknown, time: number) => boolean,
  ): Steps<number | undefined> {
    const to = entryEnd(this.scratch, this.identity.id);
    let from = this.startAfter(after);
    for (let limit = 1; ; limit = pageLength) {
      const page = yield* this.pageSteps(from, to, { limit });
      for (const [key, value] of page) {
        const entry = this.entryAt(key, value);
        if (!skip(entry.mapKey, entryTime(entry))) return entryTime(entry);
      }
      const last = page.at(-1);
      if (last === undefined || page.length < limit) return undefined;
      from = successor(last[0]);
    }
  }

  private startAfter(after: number): Uint8Array {
    const { id } = this.identity;
    return this.isTimed ? entryBound(this.scratch, id, after) : entryBound(this.scratch, id);
  }

  private notEncodable(all: unknown, entryKey: unknown): StreamingError<'STATE_NOT_ENCODABLE'> {
    const { pairsOf } = this.options;
    const [key, stored] = pairsOf === undefined ? [entryKey, all] : refusedPair(all as unknown[]);
    const { path, found } = unencodableIn(stored);
    const { operator, name } = this.identity;
    const table = pairsOf ?? name;
    const inner = `value${this.options.userValueAt ?? ''}`;
    const shown = path.startsWith(inner) ? `value${path.slice(inner.length)}` : path;
    const params = { operator, path: shown, found, key: keyText(key), table };
    return new StreamingError('STATE_NOT_ENCODABLE', params);
  }
}

/** The first key and value of which the value cannot be kept. */
function refusedPair(pairs: readonly unknown[]): readonly [unknown, unknown] {
  let at = 0;
  while (at < pairs.length - 2 && isEncodable(pairs[at + 1])) at += 2;
  return [pairs[at], pairs[at + 1]];
}
