import { cpSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Puts the live page's files beside the compiled server, uPlot among them: the page needs no network.
 *
 *   node scripts/pageAssets.mjs dist
 */
const out = join(process.argv[2] ?? 'dist', 'lib', 'page', 'assets');
const compilerOnly = /tsconfig\.json$|\.d\.mts$/;
cpSync(join('lib', 'page', 'assets'), out, {
  recursive: true,
  filter: (path) => !compilerOnly.test(path),
});

const require = createRequire(import.meta.url);
const uPlot = dirname(require.resolve('uplot'));
const vendor = join(out, 'vendor');
mkdirSync(vendor, { recursive: true });
cpSync(join(uPlot, 'uPlot.esm.js'), join(vendor, 'uPlot.mjs'));
cpSync(join(uPlot, 'uPlot.min.css'), join(vendor, 'uPlot.css'));
cpSync(join(uPlot, '..', 'LICENSE'), join(vendor, 'uPlot.LICENSE'));
