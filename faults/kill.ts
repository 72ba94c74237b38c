import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOne } from './kill/runOne.js';
import { allSteps } from './kill/steps.js';
import { pack } from './pack.js';
import { runSuite } from './suite.js';

const leastOfEach = 20;

/** `npm run faults:kill`: processes that die at each step of the protocol, or at any instant. */
let script: string | undefined;
await runSuite({
  name: 'faults:kill',
  runs: 100, // queries, each killed twelve times
  workers: 2,
  // A query that has come to the end of its rows does not come by every step again.
  least: 0.9,
  one: (seed) => {
    script ??= packed();
    return runOne(seed, script);
  },
  judge: (tally, { runs }) => {
    if (runs < 100) return undefined;
    const rare = allSteps.filter(
      (step) => (tally.counts.get(`kill at ${step}`) ?? 0) < leastOfEach,
    );
    return rare.length === 0 ? undefined : `fewer than ${leastOfEach} kills at ${rare.join(', ')}`;
  },
});

function packed(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-packed-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return pack(fileURLToPath(new URL('kill/child.js', import.meta.url)), folder);
}
