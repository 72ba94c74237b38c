import { runOne } from './simulate/runOne.js';
import { runSuite } from './suite.js';

// Simulated processes die of errors by the million; what failed is told by a message and a seed.
Error.stackTraceLimit = 0;

/** `npm run faults:simulate`: the whole engine in one process, under virtual time. */
await runSuite({
  name: 'faults:simulate',
  runs: 10_000,
  workers: 2,
  chunk: 20,
  // A fault that lies behind the last step of a life does not fire.
  least: 0.6,
  async one(seed) {
    const { reason, workload, planned, fired, batches, rows } = await runOne(seed);
    const counts: Record<string, number> = { batches, rows };
    for (const fault of fired) counts[fault] = (counts[fault] ?? 0) + 1;
    return {
      reason: reason && `${reason} (${workload}; ${fired.join(', ')})`,
      planned,
      fired: fired.length,
      counts,
    };
  },
});
