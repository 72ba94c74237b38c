import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Level } from 'level';
import { entryTime } from '../../lib/state/entry.js';
import {
  goldenEpoch,
  goldenKeys,
  goldenPlan,
  goldenTimes,
  goldenValues,
  openGolden,
  writeGolden,
} from './goldenCheckpoint.js';

/*
 * A checkpoint of each released format opens, and what this build writes is the same bytes. To add one
 * (never to change one): write it with writeGolden, without the file `identity`.
 */
const here = dirname(fileURLToPath(import.meta.url));
const versions = ['v1'];
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'millrace-golden-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function copyOf(version: string, name: string): Promise<string> {
  const location = join(root, `${version}-${name}`);
  await cp(join(here, 'golden', version), location, { recursive: true });
  return location;
}

async function pairsOf(location: string): Promise<string[][]> {
  const database = new Level<string, string>(join(location, 'state', 'db'), {
    keyEncoding: 'hex',
    valueEncoding: 'hex',
  });
  const pairs = await database.iterator().all();
  await database.close();
  return pairs;
}

describe.each(versions)('the golden checkpoint of format %s', (version) => {
  it('opens at its position', async () => {
    const checkpoint = await openGolden(await copyOf(version, 'position'));
    expect(checkpoint.queryId).toBe('golden-1');
    expect(checkpoint.lastPlanned).toEqual(goldenPlan(2));
    expect(checkpoint.lastEpoch).toEqual(goldenEpoch(1));
    await checkpoint.close();
  });

  it('has every kind of key, value and time', async () => {
    const checkpoint = await openGolden(await copyOf(version, 'content'));
    const { backend } = checkpoint;
    const byKey = backend.operator('aggregate-0').keyed('byKey');
    const values = backend.operator('aggregate-0').keyed('values');
    const byTime = backend.operator('join-0').timed('byTime');
    expect(goldenKeys.map((key) => byKey.find(key)?.value)).toEqual(goldenKeys.map((_, i) => i));
    expect(byKey.size).toBe(goldenKeys.length);
    expect(goldenValues.map((_, i) => values.find(i)?.value)).toStrictEqual(goldenValues);
    await byTime.loadAll();
    expect(Array.from(byTime.due(Number.POSITIVE_INFINITY), (e) => entryTime(e))).toEqual(
      goldenTimes,
    );
    await checkpoint.close();
  });

  it('goes on', async () => {
    const location = await copyOf(version, 'on');
    const checkpoint = await openGolden(location);
    checkpoint.backend.begin();
    await checkpoint.backend.commit(goldenEpoch(2));
    await checkpoint.plan(goldenPlan(3));
    await checkpoint.close();
    const again = await openGolden(location);
    expect(again.lastEpoch?.batchId).toBe(2);
    await again.close();
  });
});

describe('the newest format', () => {
  it('is written byte by byte as it was released', async () => {
    const location = join(root, 'written');
    await writeGolden(location);
    const golden = await copyOf(versions.at(-1) as string, 'compare');
    expect(await pairsOf(location)).toEqual(await pairsOf(golden));
    for (const name of ['metadata', 'offsets/0', 'offsets/1', 'offsets/2']) {
      expect((await readFile(join(location, name))).toString()).toBe(
        (await readFile(join(golden, name))).toString(),
      );
    }
    expect(await readdir(join(location, 'state'))).toEqual(['CLEAN', 'FORMAT', 'db']);
  });
});
