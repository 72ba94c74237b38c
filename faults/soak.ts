import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack } from './pack.js';
import { SoakRun } from './soak/soakRun.js';
import { runSuite } from './suite.js';

/**
 * `npm run faults:soak`: load for `--minutes M`, half of it in one life, the other half in lives that end
 * by SIGKILL. Memory, open files and the size of the checkpoint stay flat; every window comes once.
 */
await runSuite({
  name: 'faults:soak',
  runs: 1,
  minutes: 10,
  async one(seed, { minutes }) {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-soak-'));
    try {
      const child = fileURLToPath(new URL('soak/child.js', import.meta.url));
      const script = pack(child, join(directory, 'packed'));
      const run = new SoakRun(seed, script, join(directory, 'checkpoint'));
      return await run.all(Math.min(minutes, 1440));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
});
