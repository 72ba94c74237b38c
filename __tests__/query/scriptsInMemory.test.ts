import { existsSync } from 'node:fs';
import { count, groupByKey, memoryStream, readStream } from '../../index.js';
import {
  addData,
  assertState,
  checkNewAnswer,
  crash,
  MemoryFileSystem,
  restart,
  testStream,
} from '../../lib/testing/index.js';

const checkpointLocation = 'never-on-the-disk';

function counts() {
  const words = memoryStream<string>();
  return {
    words,
    stream: readStream(words).pipe(
      groupByKey((word) => word),
      count(),
    ),
  };
}

describe('a script whose checkpoint is in memory', () => {
  it('restarts and crashes without the disk, and begins anew with new files', async () => {
    for (const fileSystem of [new MemoryFileSystem(), new MemoryFileSystem()]) {
      const { words, stream } = counts();
      await testStream(stream, { outputMode: 'update', checkpointLocation, fileSystem })(
        addData(words, 'a', 'b'),
        checkNewAnswer({ key: 'a', count: 1 }, { key: 'b', count: 1 }),
        restart,
        addData(words, 'a'),
        checkNewAnswer({ key: 'a', count: 2 }),
        crash('kp9:before', addData(words, 'a')),
        checkNewAnswer({ key: 'a', count: 3 }),
        assertState({ total: 2 }),
      );
    }
    expect(existsSync(checkpointLocation)).toBe(false);
  });

  it('goes on in a second script over the same files', async () => {
    const { words, stream } = counts();
    const fileSystem = new MemoryFileSystem();
    const script = testStream(stream, { outputMode: 'update', checkpointLocation, fileSystem });
    await script(addData(words, 'a'), checkNewAnswer({ key: 'a', count: 1 }));
    await script(addData(words, 'a'), checkNewAnswer({ key: 'a', count: 2 }));
    const other = testStream(stream, {
      outputMode: 'update',
      checkpointLocation: 'another',
      fileSystem,
    });
    await other(
      addData(words, 'b'),
      checkNewAnswer({ key: 'a', count: 2 }, { key: 'b', count: 1 }),
    );
  });
});

describe('a script without a checkpoint', () => {
  it('refuses restart and crash, which would begin anew', async () => {
    const { words, stream } = counts();
    const script = testStream(stream, { outputMode: 'update' });
    await expect(script(addData(words, 'a'), restart)).rejects.toThrow(
      'restart needs testStream(…, { checkpointLocation })',
    );
    await expect(script(crash('kp9:before', addData(words, 'a')))).rejects.toThrow(
      'crash needs testStream(…, { checkpointLocation })',
    );
  });
});
