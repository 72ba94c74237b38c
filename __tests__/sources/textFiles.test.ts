import { gzipSync } from 'node:zlib';
import { type TextFilesOptions, textFiles } from '../../lib/sources/textFiles.js';
import { sourceContract } from '../contracts/source.contract.js';
import { fileSubject } from './files/fileSubject.js';
import { testFolder } from './files/folder.js';
import { collect, Reported, sourceContext } from './sourceContext.js';

const folder = testFolder();
const lines = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((value) => ({ value }));

function subject(options: TextFilesOptions, survivesRestart: boolean, maxRows?: number) {
  const write = (file: number, rows: readonly { readonly value: string }[]) => {
    folder.write(`f${file}`, rows.map((row) => `${row.value}\n`).join(''));
  };
  return fileSubject(textFiles(folder.path, options), write, survivesRestart, maxRows);
}

sourceContract('textFiles', lines, () => subject({}, false));
sourceContract('textFiles with a checkpoint', lines, () => subject({}, true));
sourceContract('textFiles, one file a batch', lines, () =>
  subject({ maxFilesPerTrigger: 1 }, true, 1),
);
sourceContract('textFiles, three rows a batch', lines, () =>
  subject({ maxRowsPerTrigger: 3 }, true, 3),
);
sourceContract('textFiles, four bytes a batch', lines, () =>
  subject({ maxBytesPerTrigger: 4 }, true, 2),
);

async function valuesOf(path: string, options: TextFilesOptions = {}, report = new Reported()) {
  const source = await textFiles(path, options).open(sourceContext());
  const end = await source.latestOffset(null, 'everything');
  return end === null ? [] : (await collect(source, null, end, report)).map((row) => row.value);
}

describe('textFiles', () => {
  it('keeps empty lines, and a last line without an end', async () => {
    folder.write('a', '\none\n\ntwo');
    expect(await valuesOf(folder.path)).toEqual(['', 'one', '', 'two']);
  });

  it('takes carriage returns off', async () => {
    folder.write('a', 'one\r\ntwo\r\n\r\nthr\ree');
    expect(await valuesOf(folder.path)).toEqual(['one', 'two', '', 'thr\ree']);
  });

  it('reads nothing from empty files, but remembers them', async () => {
    folder.write('a', '');
    const source = await textFiles(folder.path).open(sourceContext());
    const end = await source.latestOffset(null, 'everything');
    expect(end).toEqual({ file: 1, byte: 0, row: 0 });
    expect(await collect(source, null, end ?? 0)).toEqual([]);
  });

  it.each(['a.bz2', 'a.deflate', 'a.lz4', 'a.snappy', 'a.json.ZST', 'a.xz'])(
    'refuses %s, whose bytes it would take for lines',
    async (name) => {
      folder.write(name, 'BZh91AY\n');
      await expect(valuesOf(folder.path)).rejects.toMatchObject({
        code: 'SOURCE_UNREADABLE',
        message: expect.stringMatching(/are not unpacked: pack them as \.gz/),
      });
    },
  );

  it('unpacks .GZ', async () => {
    folder.write('a.GZ', gzipSync('one\n'));
    expect(await valuesOf(folder.path)).toEqual(['one']);
  });

  it('unpacks .gz, also in pieces', async () => {
    folder.write('a.gz', gzipSync('one\ntwo\nthree\n'));
    const source = await textFiles(folder.path, { maxRowsPerTrigger: 2 }).open(sourceContext());
    const first = await source.latestOffset(null, 'one batch');
    expect(first).toEqual({ file: 0, byte: 8, row: 2 });
    const second = await source.latestOffset(first, 'one batch');
    expect(second).toEqual({ file: 1, byte: 0, row: 0 });
    expect(await collect(source, first, second ?? 0)).toEqual([{ value: 'three' }]);
  });

  it('reads one file, and a glob', async () => {
    const one = folder.write('x/a.txt', 'a\n');
    folder.write('y/b.txt', 'b\n');
    folder.write('y/c.log', 'c\n');
    expect(await valuesOf(one)).toEqual(['a']);
    expect(await valuesOf(`${folder.path}/*/*.txt`)).toEqual(['a', 'b']);
    expect(await valuesOf(`${folder.path}/{x,y}`)).toEqual(['a', 'b', 'c']);
    expect(await valuesOf(`${folder.path}/**`)).toEqual(['a', 'b', 'c']);
  });

  it('adds the columns of key=value folders', async () => {
    folder.write('day=2024-02-01/n=3/place=a%20b/f', 'x\n');
    folder.write('day=__HIVE_DEFAULT_PARTITION__/f', 'y\n');
    const source = await textFiles(folder.path).open(sourceContext());
    const end = await source.latestOffset(null, 'everything');
    expect(await collect(source, null, end ?? 0)).toEqual([
      { value: 'x', day: new Date('2024-02-01'), n: 3, place: 'a b' },
      { value: 'y', day: null },
    ]);
  });

  it('hands a line that is too long to the policy, and goes on', async () => {
    folder.write('a', `ok\n${'x'.repeat(100)}\nalso ok\n`);
    const report = new Reported();
    expect(await valuesOf(folder.path, { maxLineBytes: 20 }, report)).toEqual(['ok', 'also ok']);
    expect(report.failures).toMatchObject([
      { raw: 'x'.repeat(20), error: { code: 'BAD_RECORD', params: { line: 2 } } },
    ]);
  });

  it('counts it with DROPMALFORMED, and stops with FAILFAST', async () => {
    folder.write('a', `${'x'.repeat(100)}\nok\n`);
    const report = new Reported();
    const options = { maxLineBytes: 20 } as const;
    expect(await valuesOf(folder.path, { ...options, mode: 'DROPMALFORMED' }, report)).toEqual([
      'ok',
    ]);
    expect(report.droppedRows).toBe(1);
    await expect(valuesOf(folder.path, { ...options, mode: 'FAILFAST' })).rejects.toMatchObject({
      code: 'BAD_RECORD',
    });
  });
});
