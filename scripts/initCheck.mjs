import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';

/**
 * What `millrace init` writes compiles, runs and passes its test, with the built package and without a
 * network. Needs `npm run build` before it. `npm test` runs with the node that runs this: they find tests
 * differently, so try the oldest that is supported and the newest.
 *
 *   node scripts/initCheck.mjs [folder of the build]
 */
const build = resolve(process.argv[2] ?? 'dist');
const project = join('temp', 'init-project');
rmSync(project, { recursive: true, force: true });

const bin = resolve('node_modules', '.bin');
const env = {
  ...process.env,
  PATH: [dirname(process.execPath), bin, process.env.PATH].join(delimiter),
};
const run = (cwd, command, ...args) =>
  execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const node = (...args) => run(project, process.execPath, ...args);

run('.', process.execPath, join(build, 'cli', 'main.js'), 'init', project);
const home = join(project, 'node_modules', 'millrace');
mkdirSync(home, { recursive: true });
copyFileSync('package.json', join(home, 'package.json'));
symlinkSync(build, join(home, 'dist'));

run(project, 'tsc');
const printed = node('build/main.js');
for (const expected of ['Batch: 0', '| /docs', 'too late: { time: 2026-01-05T09:00:59.000Z']) {
  if (!printed.includes(expected)) {
    console.error(`main.js did not print "${expected}", but:\n${printed}`);
    process.exitCode = 1;
  }
}
const tested = run(project, 'npm', 'test');
if (!/tests [1-9]/.test(tested) || !tested.includes('fail 0')) {
  console.error(tested);
  process.exitCode = 1;
}
console.log(printed);
