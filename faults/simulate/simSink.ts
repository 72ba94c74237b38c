import type { StreamSink } from '../../lib/sinks/sink.js';
import type { Random } from '../random.js';
import { textOf } from '../workloads/workload.js';
import type { Process } from './process.js';
import { hops } from './simSource.js';

/**
 * A database that outlives processes and keeps the batch id with the rows: a batch that it has is
 * skipped, as real ones do. What comes again must be what came before.
 */
export class SimDatabase {
  readonly batches = new Map<number, readonly string[]>();
  skipped = 0;
  violation: string | undefined;

  /** `of`: the part of a row that counts. */
  sink(
    process: Process,
    random: Random,
    of: (row: unknown) => object = (row) => row as object,
  ): StreamSink<unknown> {
    return {
      kind: 'database',
      description: 'SimulatedDatabase',
      modes: ['append', 'update', 'complete'],
      open: () => ({
        addBatch: async (batchId, rows) => {
          process.step('sink before');
          const texts = rows.map((row) => textOf(of(row))).sort();
          await hops(random);
          process.step('sink transaction');
          this.add(batchId, texts);
          process.step('sink reply');
        },
        close: () => undefined,
      }),
    };
  }

  private add(batchId: number, texts: readonly string[]): void {
    const known = this.batches.get(batchId);
    if (known === undefined) {
      this.batches.set(batchId, texts);
      return;
    }
    this.skipped += 1;
    if (known.join('\n') === texts.join('\n')) return;
    this.violation ??= `batch ${batchId} came again with other rows`;
  }
}
