import { spawn } from 'node:child_process';
import { pbkdf2 } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type FileSystem, temporaryPrefix } from '../../lib/checkpoint/fileSystem.js';
import { lockDirectory } from '../../lib/checkpoint/lockDirectory.js';
import { MemoryFileSystem } from '../../lib/checkpoint/memoryFileSystem.js';
import { nodeFileSystem } from '../../lib/checkpoint/nodeFileSystem.js';

const hashed = promisify(pbkdf2);
const bytes = (text: string) => Uint8Array.from(Buffer.from(text));

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-files-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe.each<[string, () => FileSystem]>([
  ['nodeFileSystem', nodeFileSystem],
  ['MemoryFileSystem', () => new MemoryFileSystem()],
])('%s keeps the contract of FileSystem', (_name, make) => {
  it('reads what was published', async () => {
    const files = make();
    const folder = join(directory, 'a', 'b');
    await files.makeDirectory(folder);
    await files.publish(join(folder, 'x'), bytes('one'));
    expect(Buffer.from((await files.read(join(folder, 'x'))) ?? []).toString()).toBe('one');
    expect(await files.list(folder)).toEqual(['x']);
  });

  it('publishes a name once', async () => {
    const files = make();
    await files.makeDirectory(directory);
    const path = join(directory, 'x');
    await files.publish(path, bytes('one'));
    await expect(files.publish(path, bytes('two'))).rejects.toMatchObject({ code: 'EEXIST' });
    expect(Buffer.from((await files.read(path)) ?? []).toString()).toBe('one');
    expect(await files.list(directory)).toEqual(['x']);
  });

  it('writes while something else must come first, and gives the file its names behind it', async () => {
    const files = make();
    const second = join(directory, 'second');
    await files.makeDirectory(second);
    const [path, also] = [join(directory, 'x'), join(second, 'x')];
    let answer: () => void = () => undefined;
    const after = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const published = files.publish(path, bytes('one'), { also, after });
    while (!(await files.list(directory)).some((name) => name.startsWith(temporaryPrefix))) {
      await setImmediate();
    }
    expect(await files.list(directory)).toEqual([expect.any(String), 'second']);
    expect(await files.list(second)).toEqual([]);
    answer();
    await published;
    expect(await files.list(directory)).toEqual(['second', 'x']);
    expect(await files.list(second)).toEqual(['x']);
  });

  it('gives no name when that has failed, and leaves nothing behind', async () => {
    const files = make();
    await files.makeDirectory(directory);
    const after = Promise.reject(new Error('the commit failed'));
    const published = files.publish(join(directory, 'x'), bytes('one'), { after });
    await expect(published).rejects.toThrow('the commit failed');
    expect(await files.list(directory)).toEqual([]);
  });

  it('replaces', async () => {
    const files = make();
    await files.makeDirectory(directory);
    const path = join(directory, 'x');
    await files.replace(path, bytes('one'));
    await files.replace(path, bytes('two'));
    expect(Buffer.from((await files.read(path)) ?? []).toString()).toBe('two');
    expect(await files.list(directory)).toEqual(['x']);
  });

  it('removes a folder with all that is in it', async () => {
    const files = make();
    const [folder, kept] = [join(directory, 'a'), join(directory, 'ab')];
    for (const path of [join(folder, 'b'), kept]) {
      await files.makeDirectory(path);
      await files.publish(join(path, 'x'), bytes('one'));
    }
    await files.publish(join(directory, 'file'), bytes('one'));
    for (const path of [folder, join(directory, 'file'), join(directory, 'none')]) {
      await files.removeAll?.(path);
    }
    expect(await files.list(directory)).toEqual(['ab']);
    expect(await files.list(kept)).toEqual(['x']);
    expect(await files.list(join(folder, 'b'))).toEqual([]);
  });

  it('takes what is missing for missing', async () => {
    const files = make();
    expect(await files.read(join(directory, 'none'))).toBeUndefined();
    expect(await files.list(join(directory, 'none'))).toEqual([]);
    await files.remove(join(directory, 'none'));
  });

  it('lists sorted', async () => {
    const files = make();
    await files.makeDirectory(directory);
    for (const name of ['b', 'a', '10', '9']) await files.publish(join(directory, name), bytes(''));
    expect(await files.list(directory)).toEqual(['10', '9', 'a', 'b']);
  });

  it('gives a directory to one owner', async () => {
    const files = make();
    await files.makeDirectory(directory);
    const lock = await files.lock?.(directory);
    await expect(files.lock?.(directory)).rejects.toMatchObject({ code: 'CHECKPOINT_LOCKED' });
    await lock?.release();
    await (await files.lock?.(directory))?.release();
  });
});

describe('nodeFileSystem', () => {
  it('makes files that only their owner reads', async () => {
    const files = nodeFileSystem();
    const folder = join(directory, 'a');
    await files.makeDirectory(folder);
    await files.publish(join(folder, 'x'), bytes('one'));
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'x'))).mode & 0o777).toBe(0o600);
  });

  it('writes a large file while the event loop goes on', async () => {
    const files = nodeFileSystem();
    const path = join(directory, 'x');
    // The threads that would write it have something else to do first.
    const busy = Array.from({ length: 16 }, () => hashed('a', 'b', 20_000, 64, 'sha512'));
    const published = files.publish(path, new Uint8Array(1_000_000));
    const [temporary = ''] = readdirSync(directory);
    expect(statSync(join(directory, temporary)).size).toBe(0);
    await published;
    await Promise.all(busy);
    expect(statSync(path).size).toBe(1_000_000);
  });

  it('leaves nothing behind when it cannot replace', async () => {
    const files = nodeFileSystem();
    const folder = join(directory, 'x');
    await files.makeDirectory(folder);
    await expect(files.replace(folder, bytes('one'))).rejects.toMatchObject({ code: 'EISDIR' });
    expect(await files.list(directory)).toEqual(['x']);
  });

  it('makes what is missing above a folder, and is content with what is there', async () => {
    const files = nodeFileSystem();
    const folder = join(directory, 'a', 'b', 'c');
    await Promise.all([files.makeDirectory(folder), files.makeDirectory(folder)]);
    await files.makeDirectory(`${folder}/`);
    expect((await stat(folder)).isDirectory()).toBe(true);
    expect((await stat(join(directory, 'a'))).mode & 0o777).toBe(0o700);
  });

  it('makes no folder of a file, nor below one', async () => {
    const files = nodeFileSystem();
    await files.publish(join(directory, 'x'), bytes('one'));
    const make = async (name: string) => files.makeDirectory(join(directory, name));
    await expect(make('x')).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(make('x/y/z')).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it('fails where the system makes no folder though the one above is there', async () => {
    // Node's own recursive mkdir never answers here.
    const make = async (path: string) => nodeFileSystem().makeDirectory(path);
    await expect(make('/proc/millrace')).rejects.toMatchObject({ syscall: 'mkdir' });
    await expect(make('/proc/millrace/a/b')).rejects.toMatchObject({ syscall: 'mkdir' });
  });

  it('leaves nothing behind when it fails', async () => {
    const files = nodeFileSystem();
    await expect(files.publish(join(directory, 'none', 'x'), bytes(''))).rejects.toThrow('ENOENT');
    expect(await files.list(directory)).toEqual([]);
  });
});

describe('lockDirectory', () => {
  it('refuses another process, and not after its death', async () => {
    const { dev, ino } = await stat(directory, { bigint: true });
    const name = `\\0millrace-${dev}-${ino}`;
    const owner = spawn(process.execPath, [
      '-e',
      `require('node:net').createServer().listen({ path: '${name}' }, () => console.log('locked'))`,
    ]);
    await once(owner.stdout, 'data');
    await expect(lockDirectory(directory)).rejects.toMatchObject({
      code: 'CHECKPOINT_LOCKED',
      params: { owner: 'another process' },
    });
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await (await lockDirectory(directory)).release();
  });

  it('is shared by copies of this package in one process', async () => {
    const lock = await lockDirectory(directory);
    const { dev, ino } = await stat(directory, { bigint: true });
    const registry = Reflect.get(globalThis, Symbol.for('millrace.checkpointLocks'));
    expect(registry.has(`millrace-${dev}-${ino}`)).toBe(true);
    await lock.release();
    expect(registry.has(`millrace-${dev}-${ino}`)).toBe(false);
  });
});
