import { expectAsInReadme } from './readmeOutput.js';
import { runSample } from './runSample.js';

describe('the programs print what samples/README.md shows', () => {
  it.each(['deviceEvents', 'enrichment', 'intoDatabase', 'marbles', 'liveApp'])(
    '%s',
    async (name) => {
      expectAsInReadme(name, await runSample(name));
    },
  );
});
