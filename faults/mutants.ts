import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Mutant, mutated } from './mutants/mutant.js';
import { mutants } from './mutants/mutants.js';
import type { SuiteOptions } from './options.js';
import { runSuite, workerFlag } from './suite.js';

const built = fileURLToPath(new URL('..', import.meta.url));

/**
 * `npm run faults:mutants`: bugs put one by one into a copy of the built engine; each must be caught. A
 * run is one mutant, in the order of the list. `--only` takes those whose name has the text.
 */
await runSuite({
  name: 'faults:mutants',
  runs: mutants.length,
  async one(seed, options) {
    const mutant = mutants[seed - 1];
    if (mutant === undefined) throw new RangeError(`there are ${mutants.length} mutants`);
    if (!mutant.name.includes(options.only)) {
      mutated(readFileSync(join(built, mutant.file), 'utf8'), mutant);
      return { reason: undefined, planned: 0, fired: 0, counts: { 'left out': 1 } };
    }
    const survived = await reasonOf(mutant, options);
    const fired = survived === undefined ? 1 : 0;
    const counts = { [`caught by ${mutant.suite}`]: fired };
    return { reason: survived && `'${mutant.name}' ${survived}`, planned: 1, fired, counts };
  },
});

/** Why a mutant is not caught; undefined: it is. */
async function reasonOf(mutant: Mutant, { seed }: SuiteOptions): Promise<string | undefined> {
  const root = mkdtempSync(join(tmpdir(), 'millrace-mutant-'));
  try {
    cpSync(built, join(root, '.build'), { recursive: true });
    symlinkSync(join(built, '..', 'node_modules'), join(root, 'node_modules'));
    cpSync(join(built, '..', 'package.json'), join(root, 'package.json'));
    const file = join(root, '.build', mutant.file);
    writeFileSync(file, mutated(readFileSync(file, 'utf8'), mutant));
    const { code, output } = await run(root, mutant, seed);
    if (output.includes('FAILED seed')) return undefined;
    const isOver = / passed, \d+ failed\n$/.test(output);
    return isOver ? 'survives' : `ends with ${code} before it has run: ${output.slice(-600)}`;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function run(
  root: string,
  { suite, runs, only }: Mutant,
  seed: number,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const script = join(root, '.build', 'faults', `${suite}.js`);
  const options = ['--runs', `${runs}`, '--seed', `${seed}`, '--first', '--figures', ''];
  if (only !== undefined) options.push('--only', only);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, [workerFlag]: '' },
    });
    let output = '';
    child.stdout.on('data', (text) => {
      output += String(text);
    });
    child.stderr.on('data', (text) => {
      output += String(text);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
