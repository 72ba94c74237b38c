import { join } from 'node:path';
import {
  asap,
  continuous,
  fileSink,
  foreachBatch,
  readStream,
  type StreamingQuery,
  type StreamSink,
  writeStream,
} from '../../index.js';
import { nodeFileSystem } from '../../lib/checkpoint/nodeFileSystem.js';
import { textOf } from '../workloads/workload.js';
import { RowSource } from './rowSource.js';
import { availableIn, type Kill, type Scenario, scenarioOf } from './scenario.js';
import { steppedFiles } from './steps.js';

/** What the parent asks of a process. */
export interface Order {
  readonly seed: number;
  readonly life: number;
  readonly directory: string;
  /** undefined: this life lasts to the end of the rows. */
  readonly kill: Kill | undefined;
  /** All sources end when their rows have been read. */
  readonly completes: boolean;
}

/** What a process tells: it starts now, a batch for the parent's memory, or its end. */
export type Report =
  | { readonly is: 'started' }
  | { readonly is: 'batch'; readonly batchId: number; readonly texts: readonly string[] }
  | { readonly is: 'ended'; readonly error: string | undefined };

process.once('message', (order) => void live(order as Order));

async function live(order: Order): Promise<void> {
  const scenario = scenarioOf(order.seed);
  const step = dieAt(order.kill);
  const { seed, life } = order;
  const sources = scenario.feeds.map(({ rows }) => {
    const available = availableIn(life, rows.length);
    return new RowSource(rows, available, scenario.rowsPerBatch, seed + life, step);
  });
  tell({ is: 'started' });
  const query = start(scenario, order, sources, step);
  const ended = query.awaitTermination().catch(() => undefined);
  await query.processAllAvailable().catch(() => undefined);
  if (order.kill !== undefined && 'afterMs' in order.kill && query.isActive) return; // it comes
  if (order.completes && query.isActive) {
    for (const source of sources) source.complete();
    await ended;
  }
  await query.stop();
  const { exception } = query;
  tell({ is: 'ended', error: exception && `${exception.code}: ${exception.message}` });
  process.disconnect();
}

function start(
  scenario: Scenario,
  { directory }: Order,
  sources: readonly RowSource[],
  step: (name: string) => void,
): StreamingQuery {
  const { workload } = scenario;
  return writeStream(workload.build(sources.map(({ source }) => readStream(source))), {
    sink: sinkOf(scenario.sink, directory, step),
    outputMode: workload.mode,
    trigger: scenario.continuous ? continuous(8) : asap(),
    checkpointLocation: join(directory, 'checkpoint'),
    multipleWatermarkPolicy: workload.policy,
    stateCacheEntries: scenario.cacheEntries,
    internals: { killPoint: step, fileSystem: steppedFiles(step) },
  });
}

/** Called at each step; at the one that is meant the process kills itself. */
function dieAt(kill: Kill | undefined): (step: string) => void {
  if (kill === undefined || 'afterMs' in kill) return () => undefined;
  let left = kill.nth;
  return (step) => {
    if (step !== kill.step || --left > 0) return;
    process.kill(process.pid, 'SIGKILL');
    for (;;); // nothing follows, however late the signal is
  };
}

function sinkOf(
  sink: Scenario['sink'],
  directory: string,
  step: (name: string) => void,
): StreamSink<unknown> {
  if (sink === 'files') return fileSink(join(directory, 'out'), { maxRecordsPerFile: 5 });
  const store = sink === 'parent' ? toParent : toFile(join(directory, 'batches'));
  return foreachBatch(async (rows, batchId) => {
    step('sink before');
    await store(batchId, rows.map((row) => textOf(row as object)).sort());
    step('sink after');
  });
}

/** One file per batch id; one that is there is left, and must have the same rows. */
function toFile(directory: string) {
  const files = nodeFileSystem();
  return async (batchId: number, texts: readonly string[]) => {
    await files.makeDirectory(directory);
    const path = join(directory, String(batchId));
    const content = Buffer.from(JSON.stringify(texts));
    const known = await files.read(path);
    if (known === undefined) return files.publish(path, content);
    if (content.equals(known)) return;
    await files.publish(join(directory, `other-${batchId}`), content);
  };
}

/** The parent keeps it under its batch id, and answers. */
function toParent(batchId: number, texts: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    process.once('message', () => resolve());
    tell({ is: 'batch', batchId, texts });
  });
}

function tell(report: Report): void {
  process.send?.(report);
}
