import { countKeys } from './countKeys.js';

/** What a process is to do. */
export interface LifeOrder {
  readonly keys: number;
  readonly perBatch: number;
  readonly location: string;
  /** Kill this process in the middle of its first batch. */
  readonly dies: boolean;
}

/** What it measured, one line of JSON each. */
export type LifeReport =
  | {
      readonly is: 'batch';
      readonly rows: number;
      readonly atMs: number;
      /** Of all threads: what a busy machine does not stretch as much as the time. */
      readonly cpuMs: number;
      readonly read: number;
    }
  | { readonly is: 'end'; readonly rssMb: number; readonly stopMs: number };

const order = JSON.parse(process.argv[2] ?? '{}') as LifeOrder;
const tell = (report: LifeReport) => process.stdout.write(`${JSON.stringify(report)}\n`);
const killPoint = (name: string) => {
  if (name === 'kp9:before') process.kill(process.pid, 'SIGKILL');
};
const query = countKeys(
  order.keys,
  order.perBatch,
  order.location,
  order.dies ? killPoint : undefined,
);
let rows = 0;
query.progress$.subscribe({
  next: (progress) => {
    rows += progress.numInputRows;
    const metrics = progress.stateOperators[0]?.customMetrics;
    const read = Number(metrics?.numEntriesRead ?? 0);
    const { user, system } = process.cpuUsage();
    tell({ is: 'batch', rows, atMs: performance.now(), cpuMs: (user + system) / 1000, read });
  },
  error: () => undefined,
});
await query.processAllAvailable();
const stopping = performance.now();
await query.stop();
const stopMs = performance.now() - stopping;
tell({ is: 'end', rssMb: process.resourceUsage().maxRSS / 1024, stopMs });
