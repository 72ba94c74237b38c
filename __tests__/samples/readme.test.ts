import { readFileSync } from 'node:fs';
import { catalogue } from '../../samples/catalogue/catalogue.js';
import { runSample } from './runSample.js';

const page = readFileSync('samples/README.md', 'utf8');
const samples = catalogue();

describe('samples/README.md', () => {
  it.each(samples)(
    'has $name in its table, with what it says of itself',
    ({ name, file, shows }) => {
      expect(page).toContain(`| [${name}](${file}) | ${shows} | \`npm run sample -- ${name}`);
    },
  );

  it('names no sample that is not there', () => {
    const named = [...page.matchAll(/^\| \[(\w+)\]/gm)].map(([, name]) => name);
    expect(named.sort()).toEqual(samples.map(({ name }) => name).sort());
  });
});

describe('npm run sample', () => {
  it('lists the samples', async () => {
    const lines = (await runSample('main')).trim().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(samples.map(({ name }) => name));
  });
});
