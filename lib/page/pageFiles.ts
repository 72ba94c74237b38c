import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const types = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
} as const;

/** Every file of the page; nothing else of the disk can be asked for. */
const names = [
  'page.html',
  'page.css',
  'icon.svg',
  'main.mjs',
  'model.mjs',
  'format.mjs',
  'elements.mjs',
  'headView.mjs',
  'figuresView.mjs',
  'planView.mjs',
  'timeView.mjs',
  'charts.mjs',
  'chartsView.mjs',
  'tableView.mjs',
  'resultChart.mjs',
  'batchesView.mjs',
  'lateView.mjs',
  'vendor/uPlot.mjs',
  'vendor/uPlot.css',
] as const;

export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
}

/**
 * Where uPlot's files are while the page's own files are still in the source tree. By its path: bundlers look
 * for a package that is named, and those who use this one do not have it.
 */
const uPlotFolder = '../../node_modules/uplot/dist';
const uPlotFiles: ReadonlyMap<string, string> = new Map([
  ['vendor/uPlot.mjs', 'uPlot.esm.js'],
  ['vendor/uPlot.css', 'uPlot.min.css'],
]);

async function readPageFile(name: string): Promise<Buffer> {
  try {
    return await readFile(new URL(`assets/${name}`, import.meta.url));
  } catch (error) {
    const vendored = uPlotFiles.get(name);
    if (vendored === undefined) throw error;
    return readFile(join(fileURLToPath(import.meta.url), '..', uPlotFolder, vendored));
  }
}

/** The files of the page by path; `/` is the document, with the token in it. */
export async function readPageFiles(token: string): Promise<ReadonlyMap<string, PageFile>> {
  const files = await Promise.all(
    names.map(async (name) => [name, await readPageFile(name)] as const),
  );
  return new Map(
    files.map(([name, body]) => {
      const type = types[name.slice(name.lastIndexOf('.') + 1) as keyof typeof types];
      if (name !== 'page.html') return [`/${name}`, { type, body }];
      return ['/', { type, body: Buffer.from(body.toString('utf8').replace('{{token}}', token)) }];
    }),
  );
}
