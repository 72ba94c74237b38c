import type { FileSystem } from '../../lib/checkpoint/fileSystem.js';
import { location, Machine } from './checkpointHarness.js';

describe('two starts at once on a new checkpoint, where no lock reaches', () => {
  it('refuses the second with CHECKPOINT_LOCKED', async () => {
    const machine = new Machine();
    const { files } = machine;
    let first: unknown;
    // The second has seen an empty folder; the first is faster.
    const slow: FileSystem = {
      makeDirectory: (path) => files.makeDirectory(path),
      list: (path) => files.list(path),
      read: (path) => files.read(path),
      replace: (path, content) => files.replace(path, content),
      remove: (path) => files.remove(path),
      publish: async (path, content) => {
        if (path === `${location}/metadata`) first ??= await machine.open();
        await files.publish(path, content);
      },
    };
    await expect(machine.open({ fileSystem: slow })).rejects.toMatchObject({
      code: 'CHECKPOINT_LOCKED',
      params: { directory: location },
    });
    expect(first).toBeDefined();
  });

  it('refuses one that finds the state of the first, whose metadata it has not seen', async () => {
    const machine = new Machine();
    const { files } = machine;
    let isFirst = true;
    const late: FileSystem = {
      makeDirectory: (path) => files.makeDirectory(path),
      list: (path) => (path.endsWith('/state') ? ['FORMAT'] : files.list(path)),
      read: async (path) => {
        const content = await files.read(path);
        if (path.endsWith('/metadata') && isFirst) {
          isFirst = false;
          await machine.run(0);
        }
        return content;
      },
      replace: (path, content) => files.replace(path, content),
      remove: (path) => files.remove(path),
      publish: (path, content) => files.publish(path, content),
    };
    await expect(machine.open({ fileSystem: late })).rejects.toMatchObject({
      code: 'CHECKPOINT_LOCKED',
    });
  });
});
