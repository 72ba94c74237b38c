import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest } from '../../index.js';
import type { Answer } from '../workloads/difference.js';
import { textOf } from '../workloads/workload.js';
import { namesIn } from './planFiles.js';
import type { Scenario } from './scenario.js';

/** What the sink of a scenario has at its end. */
export async function answerOf(
  { sink, workload, continuous }: Scenario,
  directory: string,
  memory: ReadonlyMap<number, readonly string[]>,
): Promise<Answer> {
  const upserts = continuous && workload.mode === 'update';
  if (sink === 'parent') return { batches: memory, perBatch: true, upserts };
  if (sink === 'batches') {
    return { batches: batchesIn(join(directory, 'batches')), perBatch: true, upserts };
  }
  const batches = new Map([[0, await writtenTo(join(directory, 'out'))]]);
  return { batches, perBatch: false, upserts };
}

function batchesIn(folder: string): ReadonlyMap<number, readonly string[]> {
  const batches = new Map<number, readonly string[]>();
  for (const name of namesIn(folder)) {
    if (name.startsWith('other-')) throw new RangeError(`batch ${name} came with other rows`);
    if (!/^\d+$/.test(name)) continue;
    batches.set(Number(name), JSON.parse(readFileSync(join(folder, name), 'utf8')) as string[]);
  }
  return batches;
}

async function writtenTo(folder: string): Promise<string[]> {
  const { files } = await readManifest(folder);
  return files.flatMap(({ path }) => {
    const lines = readFileSync(join(folder, path), 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => textOf(JSON.parse(line) as object));
  });
}
