import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { expectAsInReadme } from './readmeOutput.js';
import { runSample } from './runSample.js';

const args = new Map([['logAlerts', ['samples/gallery/app.log']]]);
const names = readdirSync('samples/gallery')
  .filter((file) => file.endsWith('.ts'))
  .map((file) => basename(file, '.ts'));

describe('the samples of the gallery print what samples/README.md shows', () => {
  it.each(names)(
    '%s',
    async (name) => {
      expectAsInReadme(name, await runSample(`gallery/${name}`, ...(args.get(name) ?? [])));
    },
    30_000,
  );
});
