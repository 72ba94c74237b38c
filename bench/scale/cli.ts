import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArguments, shortNumber, tableOf } from '../figures.js';
import { scales } from './scales.js';

/**
 * Where the cost of a row grows: `npm run bench:scale -- [--scales 'keys,windows open'] [--json]`.
 *
 * Each point runs in a process of its own, in memory.
 */
const args = parseArguments(process.argv.slice(2), { scales: 'all', json: 'false' });
const names = args.scales === 'all' ? [...scales.keys()] : args.scales.split(',');
const program = fileURLToPath(new URL('./measureScale.js', import.meta.url));
const rows: string[][] = [];
for (const name of names) {
  const scale = scales.get(name);
  if (!scale) throw new Error(`no scale ${name}; there are ${[...scales.keys()].join(', ')}`);
  for (const size of scale.sizes) {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--max-old-space-size=12000', program, name, String(size)],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`${name} ${size}: ${stderr}`);
    const nsPerRow = Number(stdout);
    if (args.json === 'true') console.log(JSON.stringify({ scale: name, size, nsPerRow }));
    rows.push([name, size.toLocaleString('en'), String(nsPerRow), shortNumber(1e9 / nsPerRow)]);
  }
}
if (args.json !== 'true') console.log(tableOf(['scale', 'size', 'ns per row', 'rows/s'], rows));
