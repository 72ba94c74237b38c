import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/**
 * Packs what npm would publish and uses it as a stranger would: publint, names of the imports, types
 * under both compilers without skipLibCheck, import and require. Needs `npm run build` before it.
 */
const folder = join('temp', 'consumer');
const home = join(folder, 'node_modules', 'millrace');
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const problems = [];
const program = (types) => `
import { memorySink, memoryStream, readStream, where, writeStream } from 'millrace';
import { manualClock } from 'millrace/testing';

const numbers = memoryStream${types}();
const table = memorySink${types}();
const query = writeStream(readStream(numbers).pipe(where((row) => row.n > 1)), { sink: table });
numbers.addData({ n: 1 }, { n: 2 }, { n: 3 });
await query.processAllAvailable();
await query.stop();
export { manualClock, table };
`;

rmSync(folder, { recursive: true, force: true });
mkdirSync(home, { recursive: true });
const tarball = pack();
if (digest(tarball) !== digest(pack())) problems.push('two packs of the same files differ');
execFileSync('tar', ['-xzf', tarball, '-C', home, '--strip-components=1']);

const { messages } = await publint({ pkgDir: home, level: 'warning' });
problems.push(...messages.map((message) => formatMessage(message, manifest)));
problems.push(...undeclaredImports(), ...strayFiles());
if (problems.length === 0) compileAndRun();
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;

function pack() {
  const options = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [{ filename }] = JSON.parse(
    execFileSync('npm', options, { encoding: 'utf8', stdio: 'pipe' }),
  );
  return join(folder, filename);
}

function digest(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** What the package imports must come with it: types of a package count as well. */
function undeclaredImports() {
  const declared = new Set(
    Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).concat(builtinModules),
  );
  const wanted =
    /(?:^(?:import|export)\s[^;'"=(]*?\bfrom\s*|^import\s*|\bimport\(\s*)['"]([^.'"][^'"]*)['"]/gm;
  const found = new Map();
  for (const file of files(join(home, 'dist'))) {
    if (!/\.(m?js|d\.m?ts)$/.test(file)) continue; // the project that `millrace init` writes is text
    for (const [, specifier] of readFileSync(file, 'utf8').matchAll(wanted)) {
      if (specifier.startsWith('node:')) continue;
      const parts = specifier.split('/');
      const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
      const typesFor = file.endsWith('.d.ts') && name === 'luxon' ? '@types/luxon' : name;
      if (!declared.has(typesFor)) found.set(typesFor, file);
    }
  }
  return [...found].map(([name, file]) => `${file} imports ${name}, which is no dependency`);
}

function strayFiles() {
  const stray = /(^|\/)(__tests__|samples|bench|faults|fixtures|temp)\/|\.tsbuildinfo$/;
  return files(home)
    .filter((file) => stray.test(file.slice(home.length)))
    .map((file) => `${file} should not be in the package`);
}

function files(at) {
  return readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function compileAndRun() {
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    types: ['node'],
    noEmit: true,
  };
  write('package.json', JSON.stringify({ type: 'module', private: true }));
  write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['use.ts'] }));
  write('use.ts', program('<{ n: number }>'));
  write('use.mjs', `${program('')}\nif (table.rows().length !== 2) process.exit(1);\n`);
  write('use.cjs', "if (typeof require('millrace').where !== 'function') process.exit(1);\n");
  const config = join(folder, 'tsconfig.json');
  attempt('TypeScript 7', ['node_modules/.bin/tsc', '-p', config]);
  attempt('TypeScript 6', ['node_modules/.bin/tsc6', '-p', config]);
  attempt('import', [process.execPath, join(folder, 'use.mjs')]);
  attempt('require', [process.execPath, '--no-warnings', join(folder, 'use.cjs')]);
}

function write(name, text) {
  writeFileSync(join(folder, name), text);
}

function attempt(what, [command, ...args]) {
  try {
    execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    problems.push(`the packed package fails with ${what}:\n${error.stdout}${error.stderr}`);
  }
}
