import {
  appendFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileOffset } from '../../../lib/sources/files/fileOffset.js';
import type { Source } from '../../../lib/sources/source.js';
import { type TextFilesOptions, textFiles } from '../../../lib/sources/textFiles.js';
import { collect, MemoryFileSystem, sourceContext, type TestContext } from '../sourceContext.js';
import { testFolder } from './folder.js';

const folder = testFolder();

async function opened(options: TextFilesOptions = {}, context: Partial<TestContext> = {}) {
  const source = await textFiles(folder.path, options).open(sourceContext(context));
  return source as Source<{ readonly value: string }, FileOffset>;
}

/** Runs batches until nothing is new; the values of each. */
async function batches(
  source: Source<{ readonly value: string }, FileOffset>,
  from: FileOffset | null = null,
): Promise<string[][]> {
  const all: string[][] = [];
  let at = from;
  for (;;) {
    const end = await source.latestOffset(at, 'one batch');
    if (end === null || JSON.stringify(end) === JSON.stringify(at)) return all;
    all.push((await collect(source, at, end)).map((row) => row.value));
    await source.commit(end);
    at = end;
  }
}

function numbered(count: number, from = 1): void {
  for (let i = from; i < from + count; i++) folder.write(`f${i}`, `${i}\n`, 1_700_000_000 + i);
}

describe('the order and the limits of files', () => {
  it('reads by modification time, then by path', async () => {
    folder.write('b', 'b\n', 100);
    folder.write('a', 'a\n', 100);
    folder.write('c', 'c\n', 50);
    expect(await batches(await opened())).toEqual([['c', 'a', 'b']]);
  });

  it('takes two files a batch', async () => {
    numbered(3);
    const source = await opened({ maxFilesPerTrigger: 2 });
    expect(await batches(source)).toEqual([['1', '2'], ['3']]);
    numbered(4, 4);
    const end = { file: 3, byte: 0, row: 0 };
    expect(await batches(source, end)).toEqual([
      ['4', '5'],
      ['6', '7'],
    ]);
  });

  it('takes the newest first', async () => {
    numbered(2);
    expect(await batches(await opened({ latestFirst: true, maxFilesPerTrigger: 1 }))).toEqual([
      ['2'],
      ['1'],
    ]);
  });

  it('takes a file that has come since before older ones with latestFirst', async () => {
    numbered(2);
    const source = await opened({ latestFirst: true, maxFilesPerTrigger: 1 });
    const first = await source.latestOffset(null, 'one batch');
    folder.write('f3', '3\n', 1_700_000_009);
    const second = await source.latestOffset(first, 'one batch');
    expect(await collect(source, first, second as FileOffset)).toEqual([{ value: '3' }]);
  });

  it('takes bytes up to the limit, exactly at the limit too, and at least one file', async () => {
    folder.write('a', '1234567\n', 1); // 8 bytes
    folder.write('b', '1\n', 2);
    folder.write('c', '2\n', 3);
    folder.write('d', '3\n', 4);
    expect(await batches(await opened({ maxBytesPerTrigger: 4 }))).toEqual([
      ['1234567'],
      ['1', '2'],
      ['3'],
    ]);
  });

  it('splits files where the limit of rows falls, and goes over their ends', async () => {
    folder.write('a', '1\n2\n3\n', 1);
    folder.write('b', '4\n5\n', 2);
    folder.write('c', '6\n', 3);
    expect(await batches(await opened({ maxRowsPerTrigger: 2 }))).toEqual([
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
    ]);
  });

  it('counts the rest of a split file as a file', async () => {
    folder.write('a', '1\n2\n3\n', 1);
    folder.write('b', '4\n', 2);
    const options = { maxRowsPerTrigger: 2, maxFilesPerTrigger: 1 };
    expect(await batches(await opened(options))).toEqual([['1', '2'], ['3'], ['4']]);
  });

  it('ignores files that are older than the newest one seen by more than the age', async () => {
    const source = await opened({ maxFileAge: '10 seconds' });
    folder.write('c', 'c\n', 1016);
    expect(await batches(source)).toEqual([['c']]);
    folder.write('too old', 'd\n', 1005);
    folder.write('exactly', 'e\n', 1006);
    expect(await batches(source, { file: 1, byte: 0, row: 0 })).toEqual([['e']]);
  });

  it('ignores no age with latestFirst and a limit', async () => {
    const options = { maxFileAge: '10 seconds', latestFirst: true, maxFilesPerTrigger: 1 } as const;
    folder.write('new', 'new\n', 1000);
    folder.write('old', 'old\n', 1);
    expect(await batches(await opened(options))).toEqual([['new'], ['old']]);
  });

  it.each([
    ['', { recursive: true }],
    ['k=1', {}],
    ['**/a', {}],
    ['*', { recursive: true }],
  ])('reads %p once where a link leads back to a folder above', async (path, options) => {
    folder.write('k=1/d/a', '1\n');
    folder.write('k=1/a', '2\n');
    symlinkSync(join(folder.path, 'k=1'), join(folder.path, 'k=1/loop=1'));
    symlinkSync(folder.path, join(folder.path, 'k=1/up=1'));
    symlinkSync(folder.path, join(folder.path, 'loop=1'));
    const source = textFiles(join(folder.path, path), options).open(sourceContext());
    const rows = await batches((await source) as Source<{ readonly value: string }, FileOffset>);
    expect(rows.flat().sort()).toEqual(
      'recursive' in options || path === '**/a' ? ['1', '2'] : ['2'],
    );
  });

  it('takes files of one name once with fileNameOnly', async () => {
    folder.write('d=1/a', '1\n', 1);
    folder.write('d=2/a', '2\n', 2);
    expect(await batches(await opened({ fileNameOnly: true, maxFilesPerTrigger: 1 }))).toEqual([
      ['1'],
    ]);
  });

  it('reads key=value folders, and others only when asked', async () => {
    folder.write('x=1/a', 'partition\n', 1);
    folder.write('plain/b', 'plain\n', 2);
    expect(await batches(await opened())).toEqual([['partition']]);
    expect(await batches(await opened({ recursive: true }))).toEqual([['partition', 'plain']]);
  });

  it('leaves hidden files out', async () => {
    for (const name of ['_a', '.b', 'c._COPYING_', '_d/x', '.e=1/x']) folder.write(name, 'no\n');
    folder.write('_p=1/a', 'yes\n');
    expect(await batches(await opened({ recursive: true }))).toEqual([['yes']]);
  });
});

describe('restarts of a source of files', () => {
  it('reads what was added while it was stopped', async () => {
    const context = { fileSystem: new MemoryFileSystem(), directory: '/c' };
    numbered(1);
    const before = await opened({}, context);
    const end = (await before.latestOffset(null, 'one batch')) as FileOffset;
    await before.commit(end);
    numbered(1, 2);
    const after = await opened({}, { ...context, resumeFrom: end });
    expect(await batches(after, end)).toEqual([['2']]);
  });

  it('reads files that were logged for a plan that was never written', async () => {
    const context = { fileSystem: new MemoryFileSystem(), directory: '/c' };
    numbered(2);
    await (await opened({ maxFilesPerTrigger: 1 }, context)).latestOffset(null, 'one batch');
    expect(await batches(await opened({}, context))).toEqual([['1', '2']]);
  });

  it('keeps the log short over many batches, and still knows each file', async () => {
    const fileSystem = new MemoryFileSystem();
    const context = { fileSystem, directory: '/c' };
    numbered(230);
    expect(await batches(await opened({ maxFilesPerTrigger: 1 }, context))).toHaveLength(230);
    expect([...fileSystem.files.keys()].length).toBeLessThanOrEqual(2 + 3); // 230 = 2 × 100 + 3 × 10
    const end = { file: 230, byte: 0, row: 0 };
    const again = await opened({}, { ...context, resumeFrom: end });
    expect(await again.latestOffset(end, 'everything')).toEqual(end);
  });

  it('forgets files behind the purge line, on disk too', async () => {
    const fileSystem = new MemoryFileSystem();
    const context = { fileSystem, directory: '/c' };
    numbered(100); // one second apart
    const source = await opened({ maxFilesPerTrigger: 1, maxFileAge: '5 seconds' }, context);
    expect(await batches(source)).toHaveLength(100);
    const text = [...fileSystem.files.values()]
      .map((file) => Buffer.from(file).toString())
      .join('');
    expect(text.match(/"path"/g)?.length).toBeLessThan(30);
    expect(source.metrics?.()).toMatchObject({ plannedFiles: '100', rememberedFiles: '6' });
  });

  it('refuses a log with a flipped byte, and one that misses a segment', async () => {
    const fileSystem = new MemoryFileSystem();
    const context = { fileSystem, directory: '/c' };
    numbered(3);
    await batches(await opened({ maxFilesPerTrigger: 1 }, context));
    const resumeFrom = { file: 3, byte: 0, row: 0 };
    const [first, ...others] = [...fileSystem.files.keys()].sort() as [string, ...string[]];
    const content = fileSystem.files.get(first) as Uint8Array;
    for (let at = 0; at < content.length; at++) {
      const flipped = content.slice();
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      fileSystem.files.set(first, flipped);
      await expect(opened({}, { ...context, resumeFrom })).rejects.toMatchObject({
        code: expect.stringMatching(/^CHECKPOINT_(DAMAGED|FORMAT_UNSUPPORTED)$/),
      });
    }
    fileSystem.files.delete(first);
    const damaged = { code: 'CHECKPOINT_DAMAGED' };
    await expect(opened({}, { ...context, resumeFrom })).rejects.toMatchObject(damaged);
    for (const other of others) fileSystem.files.delete(other);
    await expect(opened({}, { ...context, resumeFrom })).rejects.toMatchObject(damaged);
  });

  it('finishes a merge that a crash interrupted', async () => {
    const fileSystem = new MemoryFileSystem();
    const context = { fileSystem, directory: '/c' };
    numbered(10);
    fileSystem.remove = () => {
      throw new Error('crash');
    };
    const source = await opened({ maxFilesPerTrigger: 1 }, context);
    await expect(batches(source)).rejects.toThrow('crash');
    expect(fileSystem.files.size).toBe(11); // ten parts and what they were merged to
    Reflect.deleteProperty(fileSystem, 'remove');
    const resumeFrom = { file: 10, byte: 0, row: 0 };
    const again = await opened({}, { ...context, resumeFrom });
    expect(await again.latestOffset(resumeFrom, 'everything')).toEqual(resumeFrom);
    expect(fileSystem.files.size).toBe(1);
  });

  it('refuses an offset that is none', async () => {
    await expect(opened({}, { resumeFrom: 17 })).rejects.toMatchObject({
      code: 'CHECKPOINT_INCOMPATIBLE',
    });
  });
});

describe('a planned file that is not what it was', () => {
  async function planned(change: (path: string) => void, content = '1\n2\n3\n') {
    const path = folder.write('a', content, 1000);
    const source = await opened();
    const end = (await source.latestOffset(null, 'everything')) as FileOffset;
    change(path);
    return collect(source, null, end);
  }

  it.each([
    ['appended', 'SOURCE_CHANGED', (path: string) => appendFileSync(path, '4\n')],
    ['written again', 'SOURCE_CHANGED', (path: string) => writeFileSync(path, '1\n2\n5\n')],
    [
      'rewritten under its old time',
      'SOURCE_CHANGED',
      (path: string) => {
        writeFileSync(path, '1\n2\n4\n');
        utimesSync(path, 1000, 1000);
      },
    ],
    ['cut', 'SOURCE_DATA_LOST', (path: string) => truncateSync(path, 2)],
    ['removed', 'SOURCE_DATA_LOST', (path: string) => rmSync(path)],
  ])('%s: %s', async (_, code, change) => {
    await expect(planned(change)).rejects.toMatchObject({
      code,
      params: { file: expect.any(String) },
    });
  });

  it('a copy that was put back is the same, where all of it is compared', async () => {
    const putBack = (path: string) => {
      writeFileSync(`${path}.new`, readFileSync(path)); // before the old one is gone: another inode
      renameSync(`${path}.new`, path);
      utimesSync(path, 1000, 1000);
    };
    expect(await planned(putBack)).toHaveLength(3);
    const line = `${'x'.repeat(99)}\n`;
    expect(await planned(putBack, line.repeat(1310))).toHaveLength(1310);
    await expect(planned(putBack, line.repeat(1311))).rejects.toMatchObject({
      code: 'SOURCE_CHANGED',
      message: expect.stringContaining(
        'move the old file itself back (a copy does for at most 128 KiB)',
      ),
    });
  });

  it('touched to the same time is the same', async () => {
    const rows = await planned((path) => utimesSync(path, 1000, 1000));
    expect(rows).toHaveLength(3);
  });
});

describe('cleanSource', () => {
  it('deletes files when they are committed', async () => {
    numbered(2);
    const source = await opened({ cleanSource: 'delete', maxFilesPerTrigger: 1 });
    const first = (await source.latestOffset(null, 'one batch')) as FileOffset;
    await collect(source, null, first);
    expect(existsSync(join(folder.path, 'f1'))).toBe(true);
    await source.commit(first);
    expect(existsSync(join(folder.path, 'f1'))).toBe(false);
    expect(existsSync(join(folder.path, 'f2'))).toBe(true);
    expect(source.metrics?.()).toMatchObject({ cleanedFiles: '1', notCleanedFiles: '0' });
  });

  it('keeps a file that is committed in part', async () => {
    folder.write('a', '1\n2\n3\n');
    const source = await opened({ cleanSource: 'delete', maxRowsPerTrigger: 2 });
    const first = (await source.latestOffset(null, 'one batch')) as FileOffset;
    await source.commit(first);
    expect(existsSync(join(folder.path, 'a'))).toBe(true);
  });

  it('keeps a new file that has taken the name of the old one', async () => {
    const path = folder.write('a', '1\n');
    const source = await opened({ cleanSource: 'delete' });
    const end = (await source.latestOffset(null, 'one batch')) as FileOffset;
    rmSync(path);
    folder.write('a', '2\n');
    await source.commit(end);
    expect(readFileSync(path, 'utf8')).toBe('2\n');
  });

  it('moves files below the archive, and overwrites nothing there', async () => {
    const path = folder.write('in/a', '1\n');
    const archive = join(folder.path, 'old');
    const archived = join(archive, path);
    const options = { cleanSource: 'archive', sourceArchiveDir: archive } as const;
    for (const [suffix, content] of [
      ['', '1\n'],
      ['.0', '2\n'],
    ] as const) {
      folder.write('in/a', content);
      const source = await textFiles(join(folder.path, 'in'), options).open(sourceContext());
      const end = await source.latestOffset(null, 'one batch');
      await source.commit(end);
      expect(readFileSync(archived + suffix, 'utf8')).toBe(content);
      expect(existsSync(path)).toBe(false);
    }
    for (let made = dirname(archived); made !== folder.path; made = dirname(made)) {
      expect(statSync(made).mode & 0o777).toBe(0o700);
    }
    expect(readFileSync(archived, 'utf8')).toBe('1\n');
  });

  it('cleans after a restart what was committed but not cleaned', async () => {
    const context = { fileSystem: new MemoryFileSystem(), directory: '/c' };
    numbered(2);
    const options = { cleanSource: 'delete', maxFilesPerTrigger: 1 } as const;
    const before = await opened(options, context);
    const first = (await before.latestOffset(null, 'one batch')) as FileOffset;
    const after = await opened(options, { ...context, resumeFrom: first });
    const second = (await after.latestOffset(first, 'one batch')) as FileOffset;
    await after.commit(second);
    expect(existsSync(join(folder.path, 'f1'))).toBe(false);
    expect(existsSync(join(folder.path, 'f2'))).toBe(false);
  });
});

describe('wrong paths and options', () => {
  it('names the path that is missing, when the source is opened', async () => {
    await expect(
      Promise.resolve(textFiles(join(folder.path, 'none')).open(sourceContext())),
    ).rejects.toMatchObject({
      code: 'SOURCE_PATH_MISSING',
      message: expect.stringMatching(/none/),
    });
  });

  it('waits for the files of a glob', async () => {
    const source = await textFiles(`${folder.path}/*.txt`).open(sourceContext());
    expect(await source.latestOffset(null, 'one batch')).toBeNull();
  });

  it.each([
    [
      { maxFilesPerTrigger: 0 },
      /maxFilesPerTrigger must be a positive whole number, not 0; leave it out for no limit/,
    ],
    [{ maxFilesPerTrigger: -1 }, /maxFilesPerTrigger/],
    [{ maxRowsPerTrigger: 10.1 }, /maxRowsPerTrigger .* not 10\.1/],
    [{ maxFilesPerTrigger: 1, maxBytesPerTrigger: 1 }, /exclude each other/],
    [{ maxFileAge: '-1 second' }, /maxFileAge must not be negative/],
    [{ pollInterval: '0 seconds' }, /pollInterval must be longer/],
    [
      { cleanSource: 'shred' },
      /cleanSource must be one of "off", "archive", "delete", not "shred"/,
    ],
    [{ mode: 'permissive' }, /mode must be one of/],
    [{ cleanSource: 'archive' }, /needs a sourceArchiveDir/],
    [{ sourceArchiveDir: '/x' }, /goes with cleanSource/],
    [{ cleanSource: 'archive', sourceArchiveDir: '/data/in/old' }, /overlaps/],
    [{ cleanSource: 'archive', sourceArchiveDir: '/data' }, /overlaps/],
    [{ maxLineBytes: 0 }, /maxLineBytes/],
  ] as [TextFilesOptions, RegExp][])('refuses %j', (options, message) => {
    expect(() => textFiles('/data/in', options)).toThrow(message);
  });

  it('refuses a path that is no text', () => {
    expect(() => textFiles('')).toThrow(TypeError);
    expect(() => textFiles('hdfs://host/in')).toThrow('path must be a path, got the URL');
    expect(() => textFiles(undefined as unknown as string)).toThrow(/path must be/);
  });
});

it('takes a folder of hundreds of files at once', async () => {
  for (let i = 0; i < 600; i++) folder.write(`f${i}`, `${i}\n`, 1_700_000_000);
  const end = await (await opened()).latestOffset(null, 'everything');
  expect(end).toEqual({ file: 600, byte: 0, row: 0 });
});
