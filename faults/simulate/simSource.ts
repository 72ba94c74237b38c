import type { Source, SourceContext, StreamSource } from '../../lib/sources/source.js';
import type { Random } from '../random.js';
import type { Event } from '../workloads/workload.js';
import { later } from './later.js';
import type { Process } from './process.js';

/** Turns of the event loop until a source has answered how far it goes. */
const turnsOfOffset = [0, 0, 0, 0, 0, 0, 0, 0, 0, 3];

/** Rows of the outside world, which outlive processes: an offset is a number of rows. */
export class Feed {
  available = 0;
  /** Rows before this one have been committed, and are gone. */
  forgotten = 0;
  completed = false;
  /** Rows before this one had been planned when the query asked for more. */
  behind = 0;
  private readonly contexts = new Set<SourceContext>();

  constructor(readonly rows: readonly Event[]) {}

  arrive(count: number): void {
    this.available = Math.min(this.rows.length, this.available + count);
    this.wake();
  }

  get isDry(): boolean {
    return this.available >= this.rows.length;
  }

  wake(): void {
    for (const ctx of [...this.contexts]) ctx.wake();
  }

  /** The feed as a source of one process. */
  source(process: Process, random: Random): StreamSource<Event> {
    return {
      kind: 'simulated',
      description: 'SimulatedSource',
      replayable: true,
      signature: null,
      open: async (ctx) => {
        process.step('source open');
        this.contexts.add(ctx);
        return new FeedReader(this, process, random, () => this.contexts.delete(ctx));
      },
    };
  }
}

class FeedReader implements Source<Event, number> {
  constructor(
    private readonly feed: Feed,
    private readonly process: Process,
    private readonly random: Random,
    private readonly leave: () => void,
  ) {}

  get completed(): boolean {
    return this.feed.completed;
  }

  async latestOffset(start: number | null): Promise<number | null> {
    this.process.step('source latestOffset');
    const { feed, random } = this;
    await hops(random);
    const from = start ?? 0;
    feed.behind = from;
    const { available } = feed;
    // What it found may be old when it says so.
    await later(random.pick(turnsOfOffset), () => undefined);
    if (from >= available) return start;
    return Math.min(available, from + random.between(1, 12));
  }

  async *read(after: number | null, upTo: number): AsyncIterable<readonly Event[]> {
    let from = after ?? 0;
    if (from < this.feed.forgotten) throw new RangeError('reads again what it has committed');
    while (from < upTo) {
      this.process.step('source read');
      await hops(this.random);
      const to = Math.min(upTo, from + this.random.between(1, 6));
      yield this.feed.rows.slice(from, to);
      from = to;
    }
  }

  async commit(upTo: number): Promise<void> {
    this.process.step('source commit');
    if (upTo > this.feed.available) throw new RangeError('committed what has not been read');
    this.feed.forgotten = Math.max(this.feed.forgotten, upTo);
  }

  close(): void {
    this.leave();
  }

  fixEnd(): void {}
}

/** Waits so many turns of the microtask queue: other work comes in between. */
export async function hops(random: Random): Promise<void> {
  for (let i = random.below(4); i > 0; i--) await undefined;
}
