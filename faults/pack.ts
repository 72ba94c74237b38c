import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformSync } from '@swc/core';

/** Native, or loaded only when asked for: stays outside. */
const outside = [
  'classic-level',
  'level',
  'hyparquet',
  'hyparquet-writer',
  'hyparquet-compressors',
];

/**
 * Packs a built module and all it imports into one script with a code cache in `folder`, and answers
 * the script: a process that loads it is up in a fraction of the time, so that more can be killed.
 */
export function pack(entry: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const modules: string[] = [];
  const main = add(entry, modules, new Map());
  const bodies = modules.map((body) => `function(module,exports){${body}\n}`).join(',\n');
  const script = `(function(require){const M=[${bodies}],C=[];function __load(i){const c=C[i];if(c)return c.exports;const m=C[i]={exports:{}};M[i].call(m.exports,m,m.exports);return m.exports}return __load(${main})})`;
  writeFileSync(join(folder, 'packed.js'), script);
  const path = join(folder, 'load.cjs');
  writeFileSync(path, loader);
  return path;
}

/** The first process that ends by itself leaves its compiled functions to those after it. */
const loader = `
const fs = require('node:fs'), vm = require('node:vm');
const code = fs.readFileSync(__dirname + '/packed.js', 'utf8');
let cachedData;
try { cachedData = fs.readFileSync(__dirname + '/packed.cache'); } catch {}
const script = new vm.Script(code, { filename: __dirname + '/packed.js', cachedData });
script.runInThisContext()(require);
if (cachedData === undefined) process.on('exit', () => {
  const mine = __dirname + '/' + process.pid + '.cache';
  fs.writeFileSync(mine, script.createCachedData());
  fs.renameSync(mine, __dirname + '/packed.cache');
});
`;

/** Adds a file and what it imports; answers its number. */
function add(file: string, modules: string[], numbers: Map<string, number>): number {
  const known = numbers.get(file);
  if (known !== undefined) return known;
  const number = modules.push('') - 1;
  numbers.set(file, number);
  const resolver = createRequire(file);
  const source = readFileSync(file, 'utf8');
  const isOurs = !file.includes('/node_modules/');
  const common = isOurs ? commonJs(source, file) : source;
  modules[number] = common
    .replace(/require\((['"])([^'"]+)\1\)/g, (call: string, _quote, name: string) => {
      const found = resolve(resolver, name);
      if (found === undefined) return call;
      if (outside.includes(name)) return `require(${JSON.stringify(found)})`;
      return `__load(${add(found, modules, numbers)})`;
    })
    .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href));
  return number;
}

function commonJs(source: string, filename: string): string {
  return transformSync(source, {
    filename,
    isModule: true,
    jsc: { target: 'es2022', parser: { syntax: 'ecmascript' } },
    module: { type: 'commonjs' },
  }).code;
}

/** undefined: a module of Node, or none. */
function resolve(resolver: NodeJS.Require, name: string): string | undefined {
  try {
    const found = resolver.resolve(name);
    return isAbsolute(found) ? found : undefined;
  } catch {
    return undefined;
  }
}
