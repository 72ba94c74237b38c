import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { count, groupByKey, memoryStream, readStream } from '../../index.js';
import { addData, checkNewAnswer, crash, testStream } from '../../lib/testing/index.js';
import { textOf } from './markdown.js';

const table = textOf('docs/guide/testing.md').split('| Step | The query dies')[1] ?? '';
const steps = table
  .split('\n\n')[0]
  ?.match(/kp\d+:\w+/g)
  ?.filter((step, at, all) => all.indexOf(step) === at);

describe('the steps that docs/guide/testing.md names', () => {
  let checkpointLocation: string;
  beforeEach(async () => {
    checkpointLocation = await mkdtemp(join(tmpdir(), 'millrace-steps-'));
  });
  afterEach(() => rm(checkpointLocation, { recursive: true, force: true }));

  it.each(steps ?? [])('%s: a script may crash there, and nothing is lost or doubled', (step) => {
    const words = memoryStream<string>();
    const counts = readStream(words).pipe(
      groupByKey((word) => word),
      count(),
    );
    return testStream(counts, { outputMode: 'update', checkpointLocation })(
      addData(words, 'a'),
      checkNewAnswer({ key: 'a', count: 1 }),
      crash(step, addData(words, 'a', 'b')),
      addData(words, 'b'),
      // Rows of a batch that was committed before it could be reported are not seen by a new sink.
      ...(/^kp(9:after|1[01])/.test(step)
        ? [checkNewAnswer({ key: 'b', count: 2 })]
        : [checkNewAnswer({ key: 'a', count: 2 }, { key: 'b', count: 1 }, { key: 'b', count: 2 })]),
    );
  });
});
