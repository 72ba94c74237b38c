import { join } from 'node:path';
import {
  asap,
  continuous,
  fileSink,
  foreachBatch,
  readStream,
  StreamingError,
  type StreamingQuery,
  type StreamSink,
  writeStream,
} from '../../index.js';
import { nodeFileSystem } from '../../lib/checkpoint/nodeFileSystem.js';
import { textOf } from '../workloads/workload.js';
import { type Input, inputOf } from './input.js';
import { type Order, type Push, tell } from './messages.js';
import { type Kill, type Scenario, scenarioOf } from './scenario.js';
import { steppedFiles } from './steps.js';

let taken: (() => void) | undefined;
let pushed: (push: Push) => void = () => undefined;
process.on('message', (message) => {
  if (message === 'taken') taken?.();
  else if ('source' in (message as object)) pushed(message as Push);
  else void live(message as Order);
});
process.on('disconnect', () => process.exit(0));

async function live(order: Order): Promise<void> {
  const { seed, kill } = order;
  const scenario = scenarioOf(seed, order.batches);
  const step = dieAt(kill, order.signal ?? 'SIGKILL');
  const inputs = scenario.feeds.map((_, i) => inputOf(scenario, order, i, step));
  pushed = ({ source, range }) => inputs[source]?.push?.(range);
  tell({ is: 'started' });
  const query = start(scenario, order, inputs, step);
  const ended = query.awaitTermination().catch(() => undefined);
  await Promise.race([ended, Promise.all(inputs.map((input) => input.filled))]);
  await query.processAllAvailable().catch(() => undefined);
  if (kill !== undefined && 'afterMs' in kill && query.isActive) return; // its death is to come
  if (order.completes && query.isActive) {
    for (const { complete } of inputs) complete();
    await ended;
  }
  await query.stop();
  tell({ is: 'ended', error: errorOf(query) });
  if (order.stays !== true) process.disconnect();
}

/** Code and message; of a failed batch its cause's code. */
function errorOf({ exception }: StreamingQuery): string | undefined {
  if (exception === undefined) return undefined;
  const { cause } = exception;
  const code = cause instanceof StreamingError ? cause.code : exception.code;
  return `${code}: ${exception.message}`;
}

function start(
  scenario: Scenario,
  { directory, checkpoint, lockless }: Order,
  inputs: readonly Input[],
  step: (name: string) => void,
): StreamingQuery {
  const { workload } = scenario;
  const { lock, ...others } = steppedFiles(step);
  return writeStream(workload.build(inputs.map(({ source }) => readStream(source))), {
    sink: sinkOf(scenario.sink, directory, step),
    outputMode: workload.mode,
    trigger: scenario.continuous ? continuous(8) : asap(),
    checkpointLocation: checkpoint ?? join(directory, 'checkpoint'),
    multipleWatermarkPolicy: workload.policy,
    stateCacheEntries: scenario.cacheEntries,
    internals: {
      killPoint: step,
      fileSystem: lockless === true || lock === undefined ? others : { ...others, lock },
    },
  });
}

/** Called at each step; at the one that is meant the process kills itself, or stops until it is woken. */
function dieAt(kill: Kill | undefined, signal: 'SIGKILL' | 'SIGSTOP'): (step: string) => void {
  if (kill === undefined || 'afterMs' in kill) return () => undefined;
  let left = kill.nth;
  return (step) => {
    if (step !== kill.step || --left !== 0) return;
    if (signal === 'SIGSTOP') tell({ is: 'stopping' });
    process.kill(process.pid, signal);
    while (signal === 'SIGKILL'); // nothing follows, however late the signal is
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
    taken = resolve;
    tell({ is: 'batch', batchId, texts });
  });
}
