import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { millrace } from './cliHarness.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-init-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const init = (...args: string[]) => millrace('init', ...args);

const files = async (at: string) =>
  (await readdir(at, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(at.length + 1))
    .sort();

describe('millrace init', () => {
  it('ends where no folder can be made', async () => {
    const { code, err } = await init('/proc/millrace/project');
    expect({ code, err }).toMatchObject({
      code: 1,
      err: expect.stringContaining('/proc/millrace'),
    });
  });

  it('writes a project into a new folder and says how to go on', async () => {
    const target = join(folder, 'My Visits!');
    const { code, out } = await init(target);
    expect(code).toBe(0);
    expect(out).toContain('npm start');
    expect(await files(target)).toEqual([
      '.gitignore',
      'README.md',
      'package.json',
      'src/main.ts',
      'src/visits.test.ts',
      'src/visits.ts',
      'tsconfig.json',
      'visits/1-monday.jsonl',
      'visits/2-tuesday.jsonl',
      'visits/3-wednesday.jsonl',
    ]);
    const manifest = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')) as {
      name: string;
      dependencies: Record<string, string>;
    };
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(manifest.name).toBe('my-visits');
    expect(manifest.dependencies.millrace).toBe(`^${version}`);
    for (const path of await files(target)) {
      expect(readFileSync(join(target, path), 'utf8')).not.toContain('{{');
    }
  });

  it('lists its files as JSON', async () => {
    const { code, out } = await init(folder, '--json');
    expect(code).toBe(0);
    const answer = JSON.parse(out) as { folder: string; files: string[] };
    expect([...answer.files].sort()).toEqual(await files(folder));
  });

  it('writes nothing where one of its files exists', async () => {
    writeFileSync(join(folder, 'package.json'), 'mine');
    const { code, err } = await init(folder);
    expect(code).toBe(1);
    expect(err).toContain('package.json in');
    expect(await files(folder)).toEqual(['package.json']);
    expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe('mine');
  });

  it('says so as JSON to who asked for it', async () => {
    writeFileSync(join(folder, 'package.json'), 'mine');
    writeFileSync(join(folder, 'tsconfig.json'), 'mine');
    const { code, out, err } = await init(folder, '--json');
    expect({ code, err }).toEqual({ code: 1, err: '' });
    const message = `package.json, tsconfig.json in ${folder} exist already: choose another folder`;
    expect(JSON.parse(out)).toEqual({ error: { code: null, message } });
  });

  it('takes one folder', async () => {
    expect((await init(folder, folder)).code).toBe(2);
    expect(await files(folder)).toEqual([]);
  });
});
