import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { expectAsInReadme } from './readmeOutput.js';
import { runSample } from './runSample.js';

const names = readdirSync('samples/operators').map((file) => basename(file, '.ts'));

describe('the samples of operators print what samples/README.md shows', () => {
  it.each(names)(
    '%s',
    async (name) => {
      expectAsInReadme(name, await runSample(`operators/${name}`));
    },
    30_000,
  );
});
