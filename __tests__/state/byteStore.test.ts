import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ByteStore,
  count,
  groupByKey,
  memorySink,
  memoryStream,
  readStream,
  writeStream,
} from '../../index.js';
import { storeChecks } from '../../lib/testing/index.js';
import { openLevel } from '../../state/level/levelByteStore.js';
import { defaultSizes } from '../../state/level/storeSizes.js';
import { MemoryByteStore, MemoryBytes } from '../../state/memoryByteStore.js';

describe('a store in memory keeps the contract', () => {
  it.each(storeChecks.map((check) => [check.name, check] as const))('%s', async (_name, check) => {
    const content = new MemoryBytes();
    const open = () => new MemoryByteStore(content);
    expect(await check.run({ open, reopen: open })).toBeUndefined();
  });
});

describe('LevelDB keeps the contract', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'millrace-store-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it.each(storeChecks.map((check) => [check.name, check] as const))('%s', async (_name, check) => {
    const open = (create: boolean) => openLevel(join(directory, 'db'), create, defaultSizes());
    const subject = { open: () => open(true), reopen: () => open(false) };
    expect(await check.run(subject)).toBeUndefined();
  });
});

describe('a query over a store of its own', () => {
  it('goes on with its state after a restart', async () => {
    const checkpointLocation = await mkdtemp(join(tmpdir(), 'millrace-own-'));
    const content = new MemoryBytes();
    const folders: string[] = [];
    const stateStore = (directory: string): ByteStore => {
      folders.push(directory);
      return new MemoryByteStore(content);
    };
    const source = memoryStream<string>();
    const sink = memorySink<{ key: string; count: number }>();
    const run = async (...words: string[]) => {
      const query = writeStream(
        readStream(source).pipe(
          groupByKey((word) => word),
          count(),
        ),
        { sink, outputMode: 'update', checkpointLocation, stateStore },
      );
      source.addData(...words);
      await query.processAllAvailable();
      await query.stop();
    };
    await run('a', 'b');
    await run('a');
    expect(sink.rows().at(-1)).toEqual({ key: 'a', count: 2 });
    expect(folders).toEqual([join(checkpointLocation, 'state'), join(checkpointLocation, 'state')]);
    await rm(checkpointLocation, { recursive: true });
  });
});
