import { openCheckpoint } from '../../lib/checkpoint/checkpoint.js';
import type { FileSystem } from '../../lib/checkpoint/fileSystem.js';
import { type FileStep, MemoryFileSystem } from '../../lib/checkpoint/memoryFileSystem.js';
import type { PlanEntry, QueryCheckpoint } from '../../lib/query/queryCheckpoint.js';
import { openDurableBackend } from '../../state/durableBackend.js';
import { MemoryByteStore, MemoryBytes } from '../../state/memoryByteStore.js';
import type { Random } from '../random.js';
import { later } from './later.js';
import { Killed, Process } from './process.js';
import { withoutPages } from './withoutPages.js';

const location = '/checkpoint';
/** Turns of the event loop until the store has written a commit: meanwhile the next batch runs. */
const turnsOfWrite = [0, 0, 0, 1, 4];
/** The same until a file, such as a plan, begins to be written. */
const turnsOfPublish = [0, 0, 0, 0, 3];
/** The same until it gives what it has read of a range: a commit may answer meanwhile. */
const turnsOfRange = [0, 0, 0, 0, 6];
/** Lives that know nothing of pages: those behind them find a state from before. */
const livesBefore = [0, 0, 0, 0, 1, 2];
/** A group of the simulated queries takes about 60 bytes in a page. */
const pageLimits = [{}, { pageBytes: 150, superseded: 3 }];

/** What outlives processes: files, the bytes of the store, and what has been planned last. */
export class Machine {
  readonly files: MemoryFileSystem;
  private readonly planTexts = new Map<number, Uint8Array>();
  private readonly bytes = new MemoryBytes();
  /** The store as it was before each of its writes. */
  private readonly past: MemoryBytes['pairs'][] = [];
  private process = new Process(undefined);
  private starts = 0;
  private readonly livesBefore: number;

  constructor(
    private readonly random: Random,
    ignored: readonly FileStep[] = [],
  ) {
    this.files = new MemoryFileSystem({ onStep: (step) => this.process.step(step), ignored });
    this.livesBefore = random.pick(livesBefore);
  }

  /** Batches that have been planned. */
  get planned(): number {
    return this.planTexts.size;
  }

  /** By batch id. */
  get plans(): ReadonlyMap<number, PlanEntry> {
    const parsed = Array.from(this.planTexts, ([batchId, content]) => {
      const text = Buffer.from(content).toString('utf8');
      return [batchId, JSON.parse(text.slice(text.indexOf('\n') + 1)) as PlanEntry] as const;
    });
    return new Map(parsed);
  }

  boot(process: Process): void {
    this.process = process;
  }

  /** The process is gone; with `power`, so is what was not synced. */
  crash(power: boolean): void {
    this.process.isDead = true;
    if (power) this.files.crash(this.random.below(2 ** 31));
  }

  /** Puts an old copy of the store in its place, so many commits back; answers how to undo it. */
  setBack(commits: number): (() => void) | undefined {
    const { bytes } = this;
    const now = bytes.pairs;
    const old = this.past.at(-commits);
    if (old === undefined) return undefined;
    bytes.pairs = old;
    return () => {
      bytes.pairs = now;
    };
  }

  /** Flips one bit of the newest plan; answers how to undo it. */
  flipPlan(): (() => void) | undefined {
    const newest = Math.max(-1, ...this.planTexts.keys());
    const path = `${location}/offsets/${newest}`;
    const at = this.random.next();
    if (!this.files.paths().includes(path)) return undefined;
    const flip = () =>
      this.files.damage(path, (bytes) => {
        const i = Math.floor(at * bytes.length);
        bytes[i] = (bytes[i] ?? 0) ^ 1;
        return bytes;
      });
    flip();
    return flip;
  }

  /** The files as the process sees them that runs now: once it is dead, no call has an effect. */
  fileSystem(): FileSystem {
    const { files, process } = this;
    return {
      makeDirectory: (path) => files.makeDirectory(path),
      list: async (path) => {
        process.step('list');
        return files.list(path);
      },
      read: async (path) => {
        process.step('read');
        return files.read(path);
      },
      publish: (path, content, options) => {
        process.step('publish');
        this.remember(path, content);
        const publish = () => files.publish(path, content, options);
        return later(this.random.pick(turnsOfPublish), publish);
      },
      replace: (path, content) => {
        process.step('replace');
        return files.replace(path, content);
      },
      remove: (path) => {
        process.step('remove');
        return files.remove(path);
      },
      syncDirectory: (path) => files.syncDirectory(path),
      identity: (path) => files.identity(path),
      appendFiles: files.appendFiles,
    };
  }

  open(queryId: string, killPoint: (name: string) => void): Promise<QueryCheckpoint> {
    const { process, random } = this;
    const cacheEntries = random.pick([1, 2, 8, 1000]);
    const clean = random.chance(0.5);
    return openCheckpoint({
      location,
      fileSystem: this.fileSystem(),
      query: {
        queryId,
        createdMs: 0,
        operators: [],
        sources: [],
        sink: { kind: 'simulated', description: 'simulated', signature: null },
      },
      killPoint,
      openBackend: async (backend) => {
        const store = new MemoryByteStore(this.bytes, {
          beforeWrite: () => {
            process.step('store write');
            return later(random.pick(turnsOfWrite), () => {
              if (process.isDead) throw new Killed('store write');
              this.past.push(this.bytes.pairs);
            });
          },
          afterWrite: () => process.step('store reply'),
          afterRange: () => {
            process.step('store range');
            return later(random.pick(turnsOfRange), () => {
              // A query that stops does not wait for what it looks up.
              if (!process.isOver) process.step('store range reply');
            });
          },
        });
        // Few keys change in an epoch: nearly all are encoded ahead where the cache is small.
        const youngest = cacheEntries === 1000 ? 64 : 0;
        const encodesAhead = { youngest, perTurn: 2, atOnce: random.pick([1, 3, 256]) };
        const opened = await openDurableBackend(store, {
          ...backend,
          clean,
          cacheEntries,
          encodesAhead,
          pageLimits: random.pick(pageLimits),
          ...(cacheEntries === 1000 ? {} : { fewKeys: 3 }),
        });
        if (++this.starts > this.livesBefore) return opened;
        return { ...opened, backend: withoutPages(opened.backend) };
      },
    });
  }

  /** A plan counts as soon as it may have been linked to its name; a later one replaces it. */
  private remember(path: string, content: Uint8Array): void {
    const batch = /\/offsets\/(\d+)$/.exec(path)?.[1];
    if (batch === undefined) return;
    this.planTexts.set(Number(batch), content);
  }
}
