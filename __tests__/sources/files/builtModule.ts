import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformSync } from '@swc/core';

/**
 * Compiles a module of the repository, and all that it imports, into a folder: a worker thread runs
 * JavaScript only. Answers where the module is then.
 */
export function builtModule(source: string, folder: string): URL {
  const root = process.cwd();
  const built = (path: string) => join(folder, relative(root, path)).replace(/\.ts$/, '.js');
  const seen = new Set<string>();
  const build = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    const { code } = transformSync(readFileSync(path, 'utf8'), {
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      module: { type: 'es6' },
      configFile: false,
      swcrc: false,
    });
    mkdirSync(dirname(built(path)), { recursive: true });
    writeFileSync(built(path), code);
    for (const [, to = ''] of code.matchAll(/from\s*["'](\.[^"']+)\.js["']/g)) {
      build(join(dirname(path), `${to}.ts`));
    }
  };
  build(join(root, source));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return pathToFileURL(built(join(root, source)));
}
