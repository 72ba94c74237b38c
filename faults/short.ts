import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { mutants } from './mutants/mutants.js';

/**
 * `npm run faults:short`: a short form of all suites, as CI runs it. The arguments are handed on to each
 * suite. Each is as long as its runs; the minutes only bound it on a machine that has no time.
 */
const short: readonly (readonly [suite: string, runs: number, minutes: number, only?: string])[] = [
  ['simulate', 3000, 1],
  ['kill', 20, 1],
  ['two', 36, 0.7],
  ['fuzz', 300, 0.5],
  ['disk', 60, 0.7],
  ['soak', 1, 0.25],
  // Three bugs are put in; of the others the place in the code must still be there.
  ['mutants', mutants.length, 1, 'checksum'],
];

const workers = Math.max(1, Math.min(2, cpus().length));
const given = process.argv.slice(2);
let failed = 0;
const started = performance.now();
for (const [suite, runs, minutes, only = ''] of short) {
  const options = [
    '--runs',
    `${runs}`,
    '--minutes',
    `${minutes}`,
    '--workers',
    `${workers}`,
    '--only',
    only,
  ];
  const code = await run(suite, [...options, '--figures', '', ...given]);
  if (code === 0) continue;
  failed += 1;
  process.stdout.write(`FAILED faults:${suite} ended with ${code}\n`);
}
const seconds = Math.round((performance.now() - started) / 1000);
process.stdout.write(
  `${JSON.stringify({ suite: 'faults:short', suites: short.length, seconds })}\n`,
);
process.stdout.write(`${short.length - failed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);

function run(suite: string, options: readonly string[]): Promise<number | null> {
  const script = fileURLToPath(new URL(`${suite}.js`, import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...options], { stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', resolve);
  });
}
