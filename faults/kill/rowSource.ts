import type { Source, SourceContext, StreamSource } from '../../lib/sources/source.js';
import { Random } from '../random.js';
import type { Event } from '../workloads/workload.js';

/** Numbered rows; an offset is a number of rows. How much a batch takes differs from life to life. */
export class RowSource {
  completed = false;
  private ctx: SourceContext | undefined;
  private readonly random: Random;

  constructor(
    private readonly rows: readonly Event[],
    private readonly available: number,
    private readonly rowsPerBatch: number,
    life: number,
    private readonly step: (name: string) => void,
  ) {
    this.random = new Random(life);
  }

  complete(): void {
    this.completed = true;
    this.ctx?.wake();
  }

  get source(): StreamSource<Event> {
    return {
      kind: 'numbered',
      description: 'NumberedRows',
      replayable: true,
      signature: null,
      open: (ctx) => {
        this.ctx = ctx;
        return this.reader();
      },
    };
  }

  private reader(): Source<Event, number> {
    const { rows, available, random, rowsPerBatch, step } = this;
    const own = this;
    return {
      get completed() {
        return own.completed;
      },
      latestOffset: (start) => {
        const from = start ?? 0;
        if (from >= available) return start;
        return Math.min(available, from + random.between(1, rowsPerBatch));
      },
      read: async function* (after, upTo) {
        for (let from = after ?? 0; from < upTo; from += 5) {
          step('source read');
          yield rows.slice(from, Math.min(upTo, from + 5));
        }
      },
      commit: () => undefined,
      close: () => undefined,
      fixEnd: () => undefined,
    };
  }
}
