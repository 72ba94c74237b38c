import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack } from './pack.js';
import { scratch } from './scratch.js';
import { runSuite } from './suite.js';
import { meetings, Parties, runOne } from './two/runOne.js';

/** `npm run faults:two`: two owners of one checkpoint. */
let parties: Parties | undefined;
await runSuite({
  name: 'faults:two',
  runs: 200,
  workers: 2,
  chunk: 5,
  one(seed, { only }) {
    parties ??= new Parties(packed());
    const meeting = meetings.find((name) => name === only) ?? meetings[seed % meetings.length];
    return runOne(seed, meeting ?? 'race', parties);
  },
});

function packed() {
  const folder = mkdtempSync(join(scratch, 'millrace-packed-'));
  process.on('exit', () => {
    parties?.end();
    rmSync(folder, { recursive: true, force: true });
  });
  const one = pack(fileURLToPath(new URL('kill/child.js', import.meta.url)), folder);
  const both = join(folder, 'both.cjs');
  const again = "delete require.cache[require.resolve('./load.cjs')];";
  writeFileSync(both, `require('./load.cjs');\n${again}\nrequire('./load.cjs');\n`);
  return { one, both };
}
