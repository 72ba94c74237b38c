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

/** Pipes that a library exports: their types are written into its declarations, by names that it can import. */
const exported = `
import {
  aggregate, between, count, distinct, dropDuplicates, field, flatMapGroupsWithState, groupByKey, joinWith,
  jsonFiles, mapGroupsWithState, memorySink, memoryStream, readBatch, readState, readStream, select,
  sessionWindow, structType, transformWithState, union, where, window, windowOf, withColumns, withWatermark, writeStream,
} from 'millrace';
import { manualClock, testStream } from 'millrace/testing';
import type { Observable } from 'rxjs';

interface Order { readonly customer: string; readonly amount: number; readonly time: Date }
type Orders = Observable<Order>;
const timed = withWatermark<Order>('time', '1 minute');
export const byFunction = (orders: Orders) => orders.pipe(groupByKey((order) => order.customer));
export const byNames = (orders: Orders) => orders.pipe(groupByKey('customer', 'amount'));
export const inWindows = (orders: Orders) => orders.pipe(timed, window('1 hour'));
export const inSessions = (orders: Orders) => byFunction(orders).pipe(sessionWindow('1 hour'));
export const counted = (orders: Orders) => byFunction(orders).pipe(count());
export const counts = (orders: Orders) => inWindows(orders).pipe(count());
export const figures = (orders: Orders) =>
  inSessions(orders).pipe(
    aggregate((rows) => ({ n: rows.count(), most: rows.max((order) => order.amount) })),
  );
export const ofAnyOrder = <T extends Order>(orders: Observable<T>) =>
  orders.pipe(
    groupByKey((order) => order.customer),
    window('1 hour'),
    aggregate((rows) => ({ n: rows.count() })),
  );
export const joined = (orders: Orders, other: Orders) =>
  orders.pipe(timed, joinWith(other.pipe(timed), { type: 'leftOuter', on: 'customer', within: between(0, 9) }));
export const joinedTable = (orders: Orders) =>
  orders.pipe(joinWith([{ customer: 'a', city: 'b' }], { type: 'inner', on: 'customer' }));
export const mapped = (orders: Orders) =>
  byFunction(orders).pipe(mapGroupsWithState((key, rows, state) => ({ key, n: rows.length, was: state.exists })));
export const flatMapped = (orders: Orders) =>
  byFunction(orders).pipe(flatMapGroupsWithState((key, rows) => rows.map((row) => ({ key, row }))));
export const transformed = (orders: Orders) =>
  byFunction(orders).pipe(
    transformWithState({
      timeMode: 'none',
      init: (handle) => ({ seen: handle.value<number>('seen') }),
      handleInputRows: (key, _rows, { seen }) => [{ key, seen: seen.get() }],
    }),
  );
export const columns = (orders: Orders) =>
  orders.pipe(withColumns((order) => ({ hour: order.time.getHours() })), select('customer', 'hour'));
export const columnsOfAny = <T extends Order>(orders: Observable<T>) =>
  orders.pipe(withColumns((order) => ({ hour: order.time.getHours() })));
export const several = (orders: Orders, other: Observable<{ readonly hour: string }>) =>
  orders.pipe(union(other), withColumns(() => ({ kind: 'any' })), groupByKey('kind'), count());
export const windowed = windowOf((order: Order) => order.time, '1 hour');
export const plain = (orders: Orders) =>
  orders.pipe(dropDuplicates(['customer']), distinct(), union(orders), where((order) => order.amount > 1));
export const files = readStream(jsonFiles('in', { schema: 'a INT NOT NULL, b STRUCT<c: TIMESTAMP>' }));
export const schema = structType({ a: 'INT NOT NULL', b: structType({ c: 'TIMESTAMP' }) });
export const listed = structType([field('1', 'INT')]);
export const column = field('a', 'INT');
export const input = memoryStream<Order>();
export const batch = (orders: Orders) => readBatch(counted(orders));
export const query = (orders: Orders) => writeStream(figures(orders), { sink: memorySink() });
export const script = (orders: Orders) => testStream(counted(orders), { outputMode: 'update' });
export const clock = manualClock();
export const state = readState('checkpoint');
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

/**
 * What the package imports must come with it: types of a package count as well, and what is only resolved,
 * since bundlers look for it.
 */
function undeclaredImports() {
  const declared = new Set(
    Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).concat(builtinModules),
  );
  const wanted =
    /(?:^(?:import|export)\s[^;'"=(]*?\bfrom\s*|^import\s*|\b(?:import|require|resolve)\(\s*)['"]([^.'"][^'"]*)['"]/gm;
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
  write('exported.ts', exported);
  write(
    'useExported.ts',
    "export { columnsOfAny, figures, joined, ofAnyOrder, several } from './declared/exported.js';\n",
  );
  const declared = {
    ...compilerOptions,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    outDir: 'declared',
  };
  const exporting = { compilerOptions: declared, include: ['exported.ts'] };
  write('tsconfig.exported.json', JSON.stringify(exporting));
  const using = { compilerOptions, include: ['useExported.ts'] };
  write('tsconfig.useExported.json', JSON.stringify(using));
  for (const [compiler, command] of Object.entries({
    'TypeScript 7': 'tsc',
    'TypeScript 6': 'tsc6',
  })) {
    for (const project of [
      'tsconfig.json',
      'tsconfig.exported.json',
      'tsconfig.useExported.json',
    ]) {
      const call = [join('node_modules', '.bin', command), '-p', join(folder, project)];
      attempt(`${compiler}, ${project}`, call);
    }
  }
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
