import { cpSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Puts files that are no code beside the compiled code: the live page, with uPlot, so that it needs no
 * network, and the project that `millrace init` writes.
 *
 *   node scripts/copyAssets.mjs dist
 */
const out = process.argv[2] ?? 'dist';
const compilerOnly = /tsconfig\.json$|\.d\.mts$/;
const page = join('lib', 'page', 'assets');
const template = join('cli', 'template');
cpSync(page, join(out, page), { recursive: true, filter: (path) => !compilerOnly.test(path) });
cpSync(template, join(out, template), { recursive: true });

const uPlot = dirname(createRequire(import.meta.url).resolve('uplot'));
const vendor = join(out, page, 'vendor');
mkdirSync(vendor, { recursive: true });
cpSync(join(uPlot, 'uPlot.esm.js'), join(vendor, 'uPlot.mjs'));
cpSync(join(uPlot, 'uPlot.min.css'), join(vendor, 'uPlot.css'));
cpSync(join(uPlot, '..', 'LICENSE'), join(vendor, 'uPlot.LICENSE'));
