import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lifeOf } from './kill/life.js';
import { runOne } from './kill/runOne.js';
import { scenarioOf } from './kill/scenario.js';
import { allSteps } from './kill/steps.js';
import { pack } from './pack.js';
import { scratch } from './scratch.js';
import { runSuite } from './suite.js';

const leastOfEach = 20;

/** `npm run faults:kill`: processes that die at each step of the protocol, or at any instant. */
let script: Promise<string> | undefined;
await runSuite({
  name: 'faults:kill',
  runs: 100, // queries, each killed twelve times
  workers: 2,
  // A query that has come to the end of its rows does not come by every step again.
  least: 0.9,
  async one(seed) {
    script ??= packed();
    return runOne(seed, await script);
  },
  judge: (tally) => {
    if (tally.runs < 100) return undefined;
    const rare = allSteps.filter(
      (step) => (tally.counts.get(`kill at ${step}`) ?? 0) < leastOfEach,
    );
    return rare.length === 0 ? undefined : `fewer than ${leastOfEach} kills at ${rare.join(', ')}`;
  },
});

/** Packs the child and lets one of them live to its end, which warms up those that follow. */
async function packed(): Promise<string> {
  const folder = mkdtempSync(join(scratch, 'millrace-packed-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = pack(fileURLToPath(new URL('kill/child.js', import.meta.url)), folder);
  const order = {
    seed: simpleSeed(),
    life: 12,
    directory: folder,
    kill: undefined,
    completes: true,
  };
  await lifeOf(path, order, () => undefined);
  return path;
}

/** A query that needs nothing of its parent. */
function simpleSeed(): number {
  for (let seed = 1; ; seed++) {
    const { input, sink } = scenarioOf(seed);
    if (input === 'numbers' && sink === 'batches') return seed;
  }
}
