import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStream, readState } from '../../index.js';
import { examineCheckpoint } from '../../lib/checkpoint/examineCheckpoint.js';
import type { FileSystem } from '../../lib/checkpoint/fileSystem.js';
import { nodeFileSystem } from '../../lib/checkpoint/nodeFileSystem.js';
import { beginSavepoint } from '../../lib/savepoint/beginSavepoint.js';
import { restoreSavepoint } from '../../lib/savepoint/restoreSavepoint.js';
import { loadState } from '../../state/level/loadState.js';
import { countWords } from '../savepoint/countingQuery.js';
import { millrace } from './cliHarness.js';

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-places-'));
  await writeFile(at('file'), 'no folder');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A query with one batch, and a savepoint of it. */
async function savedWords() {
  const words = memoryStream<string>();
  const start = (more: object) => countWords(words, more).query;
  const query = start({ checkpointLocation: at('checkpoint') });
  words.addData('a');
  await query.processAllAvailable();
  await query.savepoint(at('save'));
  return { query, start };
}

const codeOf = (body: Promise<unknown>) =>
  body.then(
    () => 'fine',
    (error: { code?: unknown; message: string }) => error.code ?? error.message,
  );

describe('places that can be no checkpoint or savepoint', () => {
  it.each([
    ['CHECKPOINT_LOCATION', ['inspect', 'file']],
    ['CHECKPOINT_LOCATION', ['list', 'file/below']],
    ['CHECKPOINT_LOCATION', ['verify', 'file']],
    ['CHECKPOINT_LOCATION', ['savepoint', 'file', 'new']],
    ['SAVEPOINT_LOCATION', ['savepoint', 'checkpoint', 'file']],
    ['SAVEPOINT_LOCATION', ['savepoint', 'checkpoint', 'file/below']],
    ['SAVEPOINT_LOCATION', ['savepoint', 'checkpoint', '/proc/millrace']],
    ['SAVEPOINT_LOCATION', ['savepoint', 'checkpoint', 's3://files/save']],
    ['CHECKPOINT_LOCATION', ['restore', 's3://files/checkpoint', '--from', 'save']],
    ['CHECKPOINT_LOCATION', ['restore', 'file', '--from', 'save']],
    ['CHECKPOINT_LOCATION', ['restore', 'file/below', '--from', 'save']],
    ['CHECKPOINT_LOCATION', ['restore', '/proc/millrace', '--from', 'save']],
    ['SAVEPOINT_LOCATION', ['restore', 'new', '--from', 'file']],
    ['SAVEPOINT_LOCATION', ['restore', 'checkpoint', '--from', 'file']],
  ])('are refused with %s, the path and what to do: %j', async (code, [command = '', ...args]) => {
    const { query } = await savedWords();
    await query.stop();
    const before = await readdir(folder);
    const paths = args.map((arg) => (/^[-/]|:\/\//.test(arg) ? arg : at(arg)));
    const ran = await millrace(command, ...paths);
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining(code) });
    expect(ran.err).toMatch(/: (name|give) [^:]*$/);
    expect(ran.err).toContain(paths.find((path) => /file|proc/.test(path)));
    expect(await readdir(folder)).toEqual(before);
  });

  it('are refused by a running query, which runs on', async () => {
    const { query } = await savedWords();
    for (const path of [at('file'), at('file/below'), '/proc/millrace']) {
      expect(await codeOf(query.savepoint(path))).toBe('SAVEPOINT_LOCATION');
    }
    expect(query.isActive).toBe(true);
    await query.stop();
  });

  it('are refused by writeStream and readState', async () => {
    const { query, start } = await savedWords();
    await query.stop();
    const from = start({ checkpointLocation: at('fork'), from: at('file') });
    expect(await codeOf(from.awaitTermination())).toBe('SAVEPOINT_LOCATION');
    const below = start({ checkpointLocation: at('file/below'), from: at('save') });
    expect(await codeOf(below.awaitTermination())).toBe('CHECKPOINT_LOCATION');
    expect(await codeOf(readState(at('file')).next())).toBe('CHECKPOINT_LOCATION');
  });
});

/** Node's files, of which one call fails as it does without rights or on a disk that is read-only. */
function refusing(code: string, call: 'makeDirectory' | 'read', pattern: RegExp): FileSystem {
  const files = nodeFileSystem();
  const refused = <T>(path: string, body: () => T): T => {
    if (!pattern.test(path)) return body();
    throw Object.assign(new Error(`${code}: refused, ${call} '${path}'`), { code });
  };
  if (call === 'read') return { ...files, read: (path) => refused(path, () => files.read(path)) };
  const makeDirectory = (path: string) => refused(path, () => files.makeDirectory(path));
  return { ...files, makeDirectory };
}

describe('places that the system refuses', () => {
  it.each(['EACCES', 'EROFS', 'ENOSPC'])(
    'are refused with the path and what to do: %s',
    async (code) => {
      const { query } = await savedWords();
      await query.stop();
      const fileSystem = refusing(code, 'makeDirectory', /new/);
      const [from, location] = [at('save'), at('new')];
      const saved = beginSavepoint({
        directory: at('new'),
        location: at('checkpoint'),
        fileSystem,
        queryId: query.id,
        batchId: 0,
        pages: (async function* () {})(),
        nowMs: 0,
      });
      await expect(saved).rejects.toMatchObject({
        code: 'SAVEPOINT_LOCATION',
        message: expect.stringContaining(code),
      });
      const restored = restoreSavepoint({ from, location, fileSystem, loadState });
      await expect(restored).rejects.toMatchObject({
        code: 'CHECKPOINT_LOCATION',
        message: expect.stringContaining(location),
      });
    },
  );

  it('say nothing of what is in a file that may not be read', async () => {
    const { query } = await savedWords();
    await query.stop();
    const files = refusing('EACCES', 'read', /offsets.0/);
    expect(await codeOf(examineCheckpoint(files, at('checkpoint')))).toBe('CHECKPOINT_LOCATION');
    const [from, location] = [at('save'), at('new')];
    const restored = restoreSavepoint({ from, location, fileSystem: files, loadState });
    expect(await codeOf(restored)).toBe('SAVEPOINT_LOCATION');
  });
});
