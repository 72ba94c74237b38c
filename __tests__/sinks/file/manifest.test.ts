import { fileSink } from '../../../lib/sinks/fileSink.js';
import { readManifest } from '../../../lib/sinks/readManifest.js';
import type { Sink, SinkContext } from '../../../lib/sinks/sink.js';
import { sinkContext } from '../../../lib/testing/sinkContract.js';
import { type DyingFileSystem, dataFiles, dyingFileSystem } from '../dyingFileSystem.js';

const folder = '/out/_millrace';
const rowOf = (batchId: number) => ({ n: batchId });

function opened(fs: DyingFileSystem, nextBatchId = 0, changes: Partial<SinkContext> = {}) {
  return fileSink('/out', changes.now ? { retention: '1 hour' } : {}).open(
    sinkContext(fs, { nextBatchId, ...changes }),
  ) as Sink<unknown>;
}

async function batchIds(fs: DyingFileSystem): Promise<readonly number[]> {
  const { files } = await readManifest('/out', { fileSystem: fs });
  return files.map((file) => JSON.parse(fs.text(`/out/${file.path}`)).n);
}

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);
const entries = (fs: DyingFileSystem) =>
  (fs.list(folder) as readonly string[]).filter((name) => name.endsWith('.entry'));

describe('the manifest', () => {
  it('merges ten entries to one, and ten of those to one', async () => {
    const fs = dyingFileSystem();
    const sink = opened(fs);
    for (const batchId of upTo(123)) {
      sink.addBatch(batchId, [rowOf(batchId)], 'append');
      if (batchId === 8) expect(entries(fs)).toHaveLength(9);
      if (batchId === 9) expect(entries(fs)).toEqual(['000000000000-000000000009.entry']);
      expect(fs.list(folder)).not.toHaveLength(40);
    }
    expect(entries(fs)).toEqual([
      '000000000000-000000000099.entry',
      '000000000100-000000000109.entry',
      '000000000110-000000000119.entry',
      '000000000120-000000000120.entry',
      '000000000121-000000000121.entry',
      '000000000122-000000000122.entry',
    ]);
    expect(fs.list(folder)).toHaveLength(7); // and the owner
    expect(await batchIds(fs)).toEqual(upTo(123));
  });

  it.each([false, true])(
    'holds exactly the committed batches after a crash at any change (effect: %p)',
    async (failAfterEffect) => {
      const clean = dyingFileSystem();
      const reference = opened(clean);
      for (const batchId of upTo(12)) reference.addBatch(batchId, [rowOf(batchId)], 'append');
      expect(clean.changes).toBeGreaterThan(40);
      for (let failAt = 0; failAt < clean.changes; failAt++) {
        const fs = Object.assign(dyingFileSystem(), { failAt, failAfterEffect });
        const next = firstRun(fs, 12);
        const seen = await readManifest('/out', { fileSystem: fs });
        expect([next - 1, next]).toContain(seen.lastBatchId); // the batch that died, or all before it
        Object.assign(fs, { failAt: undefined });
        const sink = opened(fs, next);
        for (let batchId = next; batchId < 13; batchId++)
          sink.addBatch(batchId, [rowOf(batchId)], 'append');
        expect(await batchIds(fs)).toEqual(upTo(13));
        expect(dataFiles(fs, '/out')).toHaveLength(13); // leftovers are gone
        expect((fs.list(folder) as string[]).filter((name) => name.startsWith('pending'))).toEqual(
          [],
        );
      }
    },
  );

  it('reads the manifest again after a failed batch and goes on', async () => {
    const fs = dyingFileSystem();
    const sink = opened(fs);
    sink.addBatch(0, [rowOf(0)], 'append');
    for (let more = 0; more < 4; more++) {
      fs.failAt = fs.changes + more;
      fs.failAfterEffect = more % 2 === 1;
      try {
        sink.addBatch(1, [rowOf(1)], 'append');
      } catch {
        // outcome unknown
      }
      fs.failAt = undefined;
    }
    sink.addBatch(1, [rowOf(1)], 'append');
    sink.addBatch(2, [rowOf(2)], 'append');
    expect(await batchIds(fs)).toEqual([0, 1, 2]);
    expect(dataFiles(fs, '/out')).toHaveLength(3);
  });

  it('never keeps files of an uncommitted batch that a reader could list', async () => {
    const fs = dyingFileSystem();
    const sink = opened(fs);
    fs.failAt = fs.changes + 2; // note, file, then the entry
    expect(() => sink.addBatch(0, [rowOf(0)], 'append')).toThrow('crash');
    expect(dataFiles(fs, '/out')).toHaveLength(1);
    expect(await batchIds(fs)).toEqual([]);
  });

  it('lets files older than retention go, and still proves that nothing else is missing', async () => {
    const fs = dyingFileSystem();
    let minutes = 0;
    const clock = { now: () => minutes * 60_000 };
    const sink = opened(fs, 0, clock);
    for (const batchId of upTo(100)) {
      minutes = batchId * 2;
      sink.addBatch(batchId, [rowOf(batchId)], 'append');
    }
    const kept = await batchIds(fs);
    expect(kept).toEqual(upTo(100).slice(60)); // at minute 198 batch 69 is just an hour old: its entry stays
    expect(dataFiles(fs, '/out')).toHaveLength(100);
    opened(fs, 100, clock).addBatch(100, [rowOf(100)], 'append');
    expect((await batchIds(fs)).at(-1)).toBe(100);
  });

  it('keeps a file that is just as old as retention', async () => {
    const fs = dyingFileSystem();
    let at = 0;
    const sink = opened(fs, 0, { now: () => at });
    sink.addBatch(0, [rowOf(0)], 'append');
    at = 1;
    sink.addBatch(1, [rowOf(1)], 'append');
    at = 3_600_001;
    for (const batchId of upTo(10).slice(2)) sink.addBatch(batchId, [], 'append');
    expect(await batchIds(fs)).toEqual([1]);
  });

  it('forgets expired merged entries', async () => {
    const fs = dyingFileSystem();
    let at = 0;
    const sink = opened(fs, 0, { now: () => at });
    for (const batchId of upTo(10)) sink.addBatch(batchId, [rowOf(batchId)], 'append');
    at = 4_000_000;
    for (const batchId of upTo(10)) sink.addBatch(10 + batchId, [rowOf(10 + batchId)], 'append');
    expect(entries(fs)).toEqual(['000000000010-000000000019.entry']);
    expect(await batchIds(fs)).toEqual(upTo(20).slice(10));
    at += 1;
    opened(fs, 20, { now: () => at }).addBatch(20, [rowOf(20)], 'append');
    expect((await batchIds(fs)).length).toBe(11);
  });

  it('accepts holes between batch ids, not lost entries', async () => {
    const fs = dyingFileSystem();
    const sink = opened(fs, 3);
    for (const batchId of [3, 4, 8, 9]) sink.addBatch(batchId, [rowOf(batchId)], 'append');
    expect(await batchIds(fs)).toEqual([3, 4, 8, 9]);
    fs.files.delete(`${folder}/000000000004-000000000004.entry`);
    await expect(batchIds(fs)).rejects.toMatchObject({ code: 'SINK_DAMAGED' });
    await expect(batchIds(fs)).rejects.toThrow('the entry of batch 4 is missing before batch 8');
  });

  it('sees that its first entry is lost', async () => {
    const fs = dyingFileSystem();
    const sink = opened(fs);
    for (const batchId of upTo(3)) sink.addBatch(batchId, [rowOf(batchId)], 'append');
    fs.files.delete(`${folder}/000000000000-000000000000.entry`);
    await expect(batchIds(fs)).rejects.toMatchObject({ code: 'SINK_DAMAGED' });
  });

  it('sees every flipped bit, every cut and every swap of its files', async () => {
    const fs = dyingFileSystem();
    const sink = opened(fs);
    sink.addBatch(0, [rowOf(0)], 'append');
    sink.addBatch(1, [rowOf(1)], 'append');
    const names = [...fs.files.keys()].filter((name) => name.startsWith(folder));
    expect(names).toHaveLength(3);
    for (const name of names) {
      const good = fs.files.get(name) ?? new Uint8Array();
      for (let at = 0; at < good.length; at++) {
        const flipped = good.slice();
        flipped[at] = (flipped[at] ?? 0) ^ 1;
        fs.files.set(name, flipped);
        await expect(batchIds(fs)).rejects.toThrow(/SINK|manifest/);
        fs.files.set(name, good.slice(0, at));
        await expect(batchIds(fs)).rejects.toMatchObject({ code: 'SINK_DAMAGED' });
      }
      fs.files.set(name, good);
    }
    const [first, second] = names.filter((name) => name.endsWith('.entry')) as [string, string];
    fs.files.set(first, fs.files.get(second) ?? new Uint8Array());
    await expect(batchIds(fs)).rejects.toThrow('it was renamed');
  });

  it('refuses a format of a later release', async () => {
    const fs = dyingFileSystem();
    opened(fs);
    const file = `${folder}/owner-000000000001`;
    fs.files.set(file, Buffer.from(fs.text(file).replace('sink 1 ', 'sink 2 ')));
    expect(() => opened(fs)).toThrow(expect.objectContaining({ code: 'SINK_FORMAT_UNSUPPORTED' }));
  });

  it('is read whole while entries are merged', async () => {
    const fs = dyingFileSystem();
    const sink = opened(fs);
    for (const batchId of upTo(9)) sink.addBatch(batchId, [rowOf(batchId)], 'append');
    const read = fs.read;
    let reads = 0;
    fs.read = (path) => {
      if (reads++ === 3) sink.addBatch(9, [rowOf(9)], 'append');
      return read(path);
    };
    expect(await batchIds(fs)).toEqual(upTo(10));
  });
});

/** Writes batches until the file system dies; gives the batch that a restart begins with. */
function firstRun(fs: DyingFileSystem, count: number): number {
  let batchId = 0;
  try {
    const sink = opened(fs);
    for (; batchId < count; batchId++) sink.addBatch(batchId, [rowOf(batchId)], 'append');
  } catch (error) {
    expect(error).toEqual(new Error('crash'));
  }
  return batchId;
}
