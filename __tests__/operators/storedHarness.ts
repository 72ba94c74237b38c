import type { ByteStore } from '../../lib/state/byteStore.js';
import { openDurableBackend } from '../../state/durableBackend.js';
import { MemoryByteStore, MemoryBytes } from '../../state/memoryByteStore.js';
import {
  type BatchInput,
  type BatchOutput,
  type Build,
  type HarnessOptions,
  OperatorHarness,
} from './operatorHarness.js';

/** One operator over encoded state, with room for one entry in memory, whose ranges answer later, as those of LevelDB do. */
export class StoredHarness<In, Out> {
  private constructor(
    readonly run: OperatorHarness<In, Out>,
    private readonly content: MemoryBytes,
    private readonly room: number,
  ) {}

  static async open<In, Out>(
    build: Build<In, Out>,
    { room = 1, ...options }: HarnessOptions & { readonly room?: number } = {},
  ): Promise<StoredHarness<In, Out>> {
    const content = new MemoryBytes();
    const backend = await openOn(content, room);
    return new StoredHarness(new OperatorHarness(build, { ...options, backend }), content, room);
  }

  /** Entries on disk, the store's own included. */
  get pairs(): number {
    return this.content.pairs.length;
  }

  batch(input: BatchInput<In> = {}): Promise<BatchOutput<Out>> {
    return this.run.batchLater(input);
  }

  /** Closes the store and starts another run on what it has written; by default of the same program. */
  async restart(build?: Build<In, Out>): Promise<void> {
    await this.run.backend.close();
    this.run.backend = await openOn(this.content, this.room);
    this.run.restart(build);
  }
}

async function openOn(content: MemoryBytes, cacheEntries: number) {
  const store = laterRanges(new MemoryByteStore(content));
  const options = { queryId: 'q', directory: 'memory', clean: true, cacheEntries };
  return (await openDurableBackend(store, options)).backend;
}

function laterRanges(store: ByteStore): ByteStore {
  return {
    get: (key) => store.get(key),
    range: async (from, to, options) => store.range(from, to, options),
    pages: (from, to, limit) => store.pages(from, to, limit),
    write: (changes) => store.write(changes),
    close: () => store.close(),
  };
}
