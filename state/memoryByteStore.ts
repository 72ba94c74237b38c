import { StreamingError } from '../lib/errors.js';
import { type MaybePromise, then } from '../lib/maybe.js';
import type { ByteChange, ByteStore } from '../lib/state/byteStore.js';

/** Where a test may make a {@link MemoryByteStore} fail, lie or wait. */
export interface ByteStoreFaults {
  /** Before a write takes effect: throw or reject to lose it. */
  beforeWrite?(changes: readonly ByteChange[]): MaybePromise<void>;
  /** After it took effect: throw or reject for a lost reply. */
  afterWrite?(changes: readonly ByteChange[]): MaybePromise<void>;
  /** What a read gives instead of what is there. */
  onRead?(key: Uint8Array, value: Uint8Array): Uint8Array | undefined;
  /** A range has been read as it was then: may wait before it is given. */
  afterRange?(): MaybePromise<void>;
}

type Pair = readonly [Uint8Array, Uint8Array];

interface RangeOptions {
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** The bytes of a store, which outlive the handles that are opened on them. */
export class MemoryBytes {
  /** Sorted by key. */
  pairs: Pair[] = [];

  /** A copy, for a crash or a backup. */
  clone(): MemoryBytes {
    const copy = new MemoryBytes();
    copy.pairs = this.pairs.slice();
    return copy;
  }
}

/**
 * A sorted array of bytes that follows lib/state/byteStore.ts: for tests and simulations.
 *
 * Errors: `STATE_OUTCOME_UNKNOWN` on every call after a failed write; `STATE_CLOSED` after `close`.
 */
export class MemoryByteStore implements ByteStore {
  private state: 'open' | 'dead' | 'closed' = 'open';

  constructor(
    readonly content: MemoryBytes = new MemoryBytes(),
    private readonly faults: ByteStoreFaults = {},
  ) {}

  get(key: Uint8Array): Uint8Array | undefined {
    this.mustBeOpen('a read');
    const pair = this.content.pairs[indexIn(this.content.pairs, key)];
    return pair !== undefined && Buffer.compare(pair[0], key) === 0 ? this.seen(pair) : undefined;
  }

  range(from: Uint8Array, to: Uint8Array, options?: RangeOptions): MaybePromise<readonly Pair[]> {
    this.mustBeOpen('a scan');
    const pairs = this.pairsIn(from, to, options);
    return then(this.faults.afterRange?.(), () => pairs);
  }

  private pairsIn(
    from: Uint8Array,
    to: Uint8Array,
    { limit = Number.POSITIVE_INFINITY, reverse = false }: RangeOptions = {},
  ): readonly Pair[] {
    const [first, end] = [indexIn(this.content.pairs, from), indexIn(this.content.pairs, to)];
    const pairs = reverse
      ? this.content.pairs.slice(Math.max(first, end - limit), end).reverse()
      : this.content.pairs.slice(first, Math.min(end, first + limit));
    return pairs.flatMap((pair) => {
      const value = this.seen(pair);
      return value === undefined ? [] : [[pair[0], value] as const];
    });
  }

  pages(from: Uint8Array, to: Uint8Array, limit: number): AsyncIterable<readonly Pair[]> {
    this.mustBeOpen('a scan');
    return pagesOf(this.pairsIn(from, to), limit);
  }

  write(changes: readonly ByteChange[]): MaybePromise<void> {
    this.mustBeOpen('a write');
    const { beforeWrite, afterWrite } = this.faults;
    if (beforeWrite === undefined && afterWrite === undefined) return this.apply(changes);
    return this.writeWithFaults(changes);
  }

  close(): void {
    this.state = 'closed';
  }

  private async writeWithFaults(changes: readonly ByteChange[]): Promise<void> {
    try {
      await this.faults.beforeWrite?.(changes);
      this.apply(changes);
      await this.faults.afterWrite?.(changes);
    } catch (cause) {
      this.state = 'dead';
      throw new StreamingError('STATE_OUTCOME_UNKNOWN', { reason: String(cause) }, { cause });
    }
  }

  /** All changes or, where one throws, none; handles that are open keep what they had. */
  private apply(changes: readonly ByteChange[]): void {
    const pairs = this.content.pairs.slice();
    for (const change of changes) {
      const at = indexIn(pairs, change.key);
      const known = pairs[at];
      const isKnown = known !== undefined && Buffer.compare(known[0], change.key) === 0;
      if (change.type === 'put') {
        const pair = [Uint8Array.from(change.key), Uint8Array.from(change.value)] as const;
        pairs.splice(at, isKnown ? 1 : 0, pair);
      } else if (isKnown) pairs.splice(at, 1);
    }
    this.content.pairs = pairs;
  }

  private seen(pair: Pair): Uint8Array | undefined {
    return this.faults.onRead === undefined ? pair[1] : this.faults.onRead(pair[0], pair[1]);
  }

  private mustBeOpen(what: string): void {
    if (this.state === 'open') return;
    if (this.state === 'closed') throw new StreamingError('STATE_CLOSED', { what });
    throw new StreamingError('STATE_OUTCOME_UNKNOWN', { reason: `${what} after a failed write` });
  }
}

/** The first pair that is not before `key`. */
function indexIn(pairs: readonly Pair[], key: Uint8Array): number {
  let [low, high] = [0, pairs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Buffer.compare((pairs[middle] as Pair)[0], key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function* pagesOf(all: readonly Pair[], limit: number): AsyncIterable<readonly Pair[]> {
  for (let at = 0; at < all.length; at += limit) yield all.slice(at, at + limit);
}
