import { cp, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StreamingError } from '../../../lib/errors.js';
import { type Entry, entryKey } from '../../../lib/state/entry.js';
import { type OpenState, openStateBackend } from '../../../state/level/openStateBackend.js';
import { recordOf } from '../../contracts/stateBackend.contract.js';

/*
 * Whatever is done to LevelDB's files, the state that opens is that of the epoch it names, or there is
 * a coded error: at once, when it is read, or from the scan.
 */
const batches = 6;
let root: string;
let template: string;
/** State after each batch: key -> value. */
const history: Map<number, number>[] = [];

const open = (directory: string, more: object = {}) =>
  openStateBackend({ directory, queryId: 'q', create: false, ...more });

/** Written over several runs, so that there are tables and a log. */
async function writeTemplate(directory: string): Promise<void> {
  const model = new Map<number, number>();
  for (let batch = 0; batch < batches; batch++) {
    const { backend } = await open(directory, { create: batch === 0 });
    backend.begin();
    const table = backend.operator('a-0').keyed<number>('k');
    for (let i = 0; i < 60; i++) {
      const key = (batch * 37 + i * 7) % 150;
      const entry = table.find(key);
      if (entry === undefined) table.insert(key, batch);
      else if (i % 5 === 0) table.remove(entry);
      else {
        (entry as Entry<number>).value = batch;
        table.touch(entry);
      }
      if (entry !== undefined && i % 5 === 0) model.delete(key);
      else model.set(key, batch);
    }
    await backend.commit(recordOf(batch));
    await backend.close();
    history.push(new Map(model));
  }
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'millrace-damage-'));
  template = join(root, 'template');
  await writeTemplate(template);
});
afterAll(() => rm(root, { recursive: true, force: true }));

let copies = 0;
async function copyOf(): Promise<string> {
  const directory = join(root, `copy-${copies++}`);
  await cp(template, directory, { recursive: true });
  return directory;
}

/** 'as batch n' if the state is right, or the code of the error that says it is not. */
async function verdictOf(directory: string): Promise<string> {
  let opened: OpenState | undefined;
  const found: StreamingError[] = [];
  try {
    opened = await open(directory, { onCorrupt: (error: StreamingError) => found.push(error) });
    await opened.scanned;
    if (found[0] !== undefined) return found[0].code;
    if (opened.lastEpoch === undefined) return 'nothing';
    const table = opened.backend.operator('a-0').keyed<number>('k');
    await table.loadAll();
    const content = Array.from(table.entries(), (e) => [entryKey(e), e.value]).sort();
    const { batchId } = opened.lastEpoch;
    expect(content).toEqual([...(history[batchId] as Map<number, number>)].sort());
    return `as batch ${batchId}`;
  } catch (error) {
    if (error instanceof StreamingError) return error.code;
    throw error;
  } finally {
    await opened?.backend.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Position and plan tell these from a sound store: see lib/checkpoint/position.ts. */
const harmless = /^(as batch \d|nothing|STATE_\w+)$/;
const newest = `as batch ${batches - 1}`;

const filesOf = async (directory: string) =>
  (await readdir(join(directory, 'db'))).filter((name) =>
    /\.(log|ldb)$|^(MANIFEST|CURRENT)/.test(name),
  );

describe('openStateBackend', () => {
  it('reads the template', async () => {
    expect(await verdictOf(await copyOf())).toBe(newest);
    expect((await filesOf(template)).some((name) => name.endsWith('.ldb'))).toBe(true);
  });

  it('is never wrong about a flipped bit', async () => {
    const verdicts = new Map<string, number>();
    for (const name of await filesOf(template)) {
      const { length } = await readFile(join(template, 'db', name));
      for (let i = 0; i < 12; i++) {
        const directory = await copyOf();
        const path = join(directory, 'db', name);
        const bytes = await readFile(path);
        const at = Math.floor((length * (i + 0.37)) / 12);
        bytes[at] = (bytes[at] as number) ^ (1 << (i % 8));
        await writeFile(path, bytes);
        if (i % 2 === 0) await rm(join(directory, 'CLEAN'));
        const verdict = await verdictOf(directory);
        expect(verdict).toMatch(harmless);
        verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
      }
    }
    expect(verdicts.get('STATE_CORRUPT')).toBeGreaterThan(0);
  }, 60_000);

  it('is never wrong about a file that is missing', async () => {
    for (const name of await filesOf(template)) {
      const directory = await copyOf();
      await rm(join(directory, 'db', name));
      expect(await verdictOf(directory)).toMatch(/^(STATE_\w+|nothing|as batch [0-4])$/);
    }
  });

  it('is never wrong about a file that is cut short, though the last stop was clean', async () => {
    for (const name of await filesOf(template)) {
      const { length } = await readFile(join(template, 'db', name));
      for (const part of [0, 0.3, 0.6, 0.95]) {
        const directory = await copyOf();
        await truncate(join(directory, 'db', name), Math.floor(length * part));
        const verdict = await verdictOf(directory);
        expect(verdict).toMatch(harmless);
        if (length > 0) expect(verdict).not.toBe(newest);
      }
    }
  }, 60_000);

  it('deletes nothing of a store that it refuses', async () => {
    const directory = await copyOf();
    await rm(join(directory, 'db', 'CURRENT'));
    await rm(join(directory, 'CLEAN'));
    const before = (await readdir(join(directory, 'db'))).filter((name) => name.endsWith('.ldb'));
    await expect(open(directory)).rejects.toMatchObject({ code: 'STATE_OPEN_FAILED' });
    expect(await readdir(join(directory, 'db'))).toEqual(expect.arrayContaining(before));
  });

  it('does not take half of a table that a compaction has left for damage', async () => {
    const directory = await copyOf();
    await rm(join(directory, 'CLEAN'));
    await writeFile(join(directory, 'db', '000999.ldb'), 'half a table');
    expect(await verdictOf(directory)).toBe(newest);
  });

  it('lets LevelDB delete nothing when files changed behind a clean stop', async () => {
    const directory = await copyOf();
    const [manifest] = (await filesOf(directory)).filter((name) => name.startsWith('MANIFEST'));
    await truncate(join(directory, 'db', manifest as string), 60);
    const before = await snapshotOf(directory);
    await expect(open(directory)).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
    expect(await snapshotOf(directory)).toEqual(before);
  });

  it('refuses a store that is gone though batches were committed', async () => {
    const directory = await copyOf();
    await rename(join(directory, 'db'), join(directory, 'elsewhere'));
    await expect(open(directory)).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
    await rm(join(directory, 'CLEAN'));
    await expect(open(directory)).rejects.toMatchObject({ code: 'STATE_OPEN_FAILED' });
    await expect(open(join(directory, 'none'))).rejects.toMatchObject({
      code: 'STATE_OPEN_FAILED',
    });
  });

  it('refuses a newer format and foreign files, and changes nothing', async () => {
    for (const format of ['millrace-state 2\n', 'something else']) {
      const directory = await copyOf();
      await writeFile(join(directory, 'FORMAT'), format);
      const before = await snapshotOf(directory);
      await expect(open(directory)).rejects.toMatchObject({ code: 'STATE_FORMAT_UNSUPPORTED' });
      expect(await snapshotOf(directory)).toEqual(before);
    }
    const directory = await copyOf();
    await rm(join(directory, 'FORMAT'));
    await expect(open(directory, { create: true })).rejects.toMatchObject({
      code: 'STATE_FORMAT_UNSUPPORTED',
    });
  });

  it('puts a half-made store aside before the first commit', async () => {
    const directory = join(root, 'half-made');
    const { backend } = await open(directory, { create: true });
    await backend.close();
    await writeFile(join(directory, 'db', 'CURRENT'), 'MANIFEST-9');
    const again = await open(directory, { create: true });
    expect(again.lastEpoch).toBeUndefined();
    await again.backend.commit(recordOf(0));
    await again.backend.close();
    expect(await readdir(directory)).toContain('db.0');
    const third = await open(directory);
    expect(third.lastEpoch).toEqual(recordOf(0));
    await third.backend.close();
  });

  it('refuses a second owner', async () => {
    const directory = await copyOf();
    const { backend } = await open(directory);
    await expect(open(directory)).rejects.toMatchObject({ code: 'CHECKPOINT_LOCKED' });
    await backend.close();
  });

  /** 30 batches in one log, of which one byte is wrong. */
  async function damagedLog(valueLength: number, at: number): Promise<string> {
    const directory = join(root, `log-${copies++}`);
    const { backend } = await open(directory, { create: true });
    const table = backend.operator('a-0').keyed<string>('k');
    for (let batch = 0; batch < 30; batch++) {
      table.insert(batch, 'x'.repeat(valueLength));
      await backend.commit(recordOf(batch));
    }
    await backend.close();
    const [name] = (await readdir(join(directory, 'db'))).filter((each) => each.endsWith('.log'));
    const path = join(directory, 'db', name as string);
    const bytes = await readFile(path);
    bytes[at] = (bytes[at] as number) ^ 1;
    await writeFile(path, bytes);
    return directory;
  }

  it('refuses a hole in a log, again and again, though the last stop was clean', async () => {
    const directory = await damagedLog(3000, 1000);
    await expect(open(directory)).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
    await expect(open(directory)).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
  });

  it('takes a damaged end of a log for one that was torn: the position tells what is lost', async () => {
    const { lastEpoch, backend, scanned } = await open(await damagedLog(10, 1000));
    expect(lastEpoch?.batchId).toBeLessThan(29);
    await scanned;
    await backend.commit(recordOf((lastEpoch?.batchId ?? -1) + 1));
    await backend.close();
  });
});

async function snapshotOf(directory: string): Promise<unknown> {
  const names = (await readdir(directory, { recursive: true, withFileTypes: true })).filter(
    (each) => each.isFile(),
  );
  return Promise.all(
    names.map(async (each) => {
      const path = join(each.parentPath, each.name);
      return [path, (await readFile(path)).toString('base64')];
    }),
  );
}
