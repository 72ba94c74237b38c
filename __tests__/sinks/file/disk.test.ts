import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFileSystem } from '../../../lib/checkpoint/nodeFileSystem.js';
import { fileSink } from '../../../lib/sinks/fileSink.js';
import { readManifest } from '../../../lib/sinks/readManifest.js';
import { sinkContext } from '../../../lib/testing/sinkContract.js';

describe('fileSink on a disk', () => {
  let path = '';
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'millrace-sink-'));
  });
  afterEach(() => rm(path, { recursive: true }));

  const open = (nextBatchId = 0) =>
    fileSink(join(path, 'out'), { partitionBy: 'k' }).open(
      sinkContext(nodeFileSystem(), { nextBatchId }),
    );

  it('writes files for their owner only, and reads its manifest back', async () => {
    const sink = await open();
    await sink.addBatch(0, [{ k: 'ü/..', n: 1 }], 'append');
    await sink.close();
    const { files } = await readManifest(join(path, 'out'));
    expect(files.map((file) => file.path)).toEqual(['k=ü%2F.%2E/part-000000000000-1-0.json']);
    const { mode } = await stat(join(path, 'out', files[0]?.path ?? ''));
    expect(mode & 0o777).toBe(0o600);
  });

  it('removes unfinished writes of a run that died', async () => {
    const first = await open();
    await first.addBatch(0, [{ k: 'a', n: 1 }], 'append');
    const note = join(path, 'out', '_millrace', 'pending-000000000001-000000000001');
    const fs = nodeFileSystem();
    const { seal } = await import('../../../lib/sinks/file/envelope.js');
    await fs.publish(note, seal('pending', { files: ['k=a/part-000000000001-1-0.json'] }));
    await writeFile(join(path, 'out', 'k=a', '.tmp-1'), 'x');
    await writeFile(join(path, 'out', 'k=a', 'part-000000000001-1-0.json'), 'x');
    const second = await open(1);
    await second.addBatch(1, [{ k: 'a', n: 2 }], 'append');
    expect((await readdir(join(path, 'out', 'k=a'))).sort()).toEqual([
      'part-000000000000-1-0.json',
      'part-000000000001-2-0.json',
    ]);
  });

  it('does not follow a planted link out of its folder', async () => {
    await mkdir(join(path, 'elsewhere'));
    await mkdir(join(path, 'out'));
    await symlink(join(path, 'elsewhere'), join(path, 'out', 'k=a'));
    const sink = await open();
    await expect(sink.addBatch(0, [{ k: 'a', n: 1 }], 'append')).rejects.toMatchObject({
      code: 'SINK_PARTITION',
    });
    expect(await readdir(join(path, 'elsewhere'))).toEqual([]);
  });

  it('lets one of two racing runs have the folder', async () => {
    const runs = await Promise.allSettled([open(), open(), open()]);
    const won = runs.filter((run) => run.status === 'fulfilled');
    expect(won.length).toBeGreaterThanOrEqual(1);
    for (const run of runs) {
      if (run.status === 'rejected') expect(run.reason).toMatchObject({ code: 'SINK_CONCURRENT' });
    }
    const written = await Promise.allSettled(
      won.map(async (run) => run.value.addBatch(0, [{ k: 'a', n: 1 }], 'append')),
    );
    expect(written.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
    expect((await readManifest(join(path, 'out'))).files).toHaveLength(1);
  });
});
