import { join } from 'node:path';
import fc from 'fast-check';
import { readBatch, readStream, textFiles } from '../../../index.js';
import { parseGlob } from '../../../lib/sources/files/glob.js';
import { matchesWildcard, parseWildcard } from '../../../lib/sources/files/wildcard.js';
import { sourceContext } from '../sourceContext.js';
import { testFolder } from './folder.js';

const matches = (pattern: string, name: string) => matchesWildcard(parseWildcard(pattern), name);

describe('matchesWildcard', () => {
  it.each([
    ['*', '', true],
    ['*', 'a.json', true],
    ['*.json', 'a.json', true],
    ['*.json', 'a.jsonl', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c', false],
    ['?', 'é', true],
    ['?', '😀', true],
    ['?', '', false],
    ['[a-c]1', 'b1', true],
    ['[a-c]1', 'd1', false],
    ['[!a-c]1', 'd1', true],
    ['[^a-c]1', 'a1', false],
    ['[]]', ']', true],
    ['[a', '[a', true],
    ['[a\\-c]', '-', true],
    ['[a\\-c]', 'b', false],
    ['[a-\\c]', 'b', true],
    ['[\\]a]1', ']1', true],
    ['[\\!a]', 'b', false],
    ['[\\', '[\\', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['a.c', 'abc', false],
  ])('%s on %s: %s', (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected);
  });

  it('ends soon on a pattern that makes regular expressions backtrack', () => {
    expect(matches('*a*a*a*a*a*a*a*a*a*b', 'a'.repeat(5000))).toBe(false);
  });

  it('takes an escaped name for itself', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, other) => {
        const escaped = name.replace(/[\\*?[\]]/g, '\\$&');
        expect(matches(escaped, name)).toBe(true);
        expect(matches(escaped, other)).toBe(name === other);
      }),
    );
  });
});

describe('the alternatives of a path', () => {
  it.each([
    ['a', ['a']],
    ['{a,b}', ['a', 'b']],
    ['x{a,b{c,d}}y', ['xay', 'xbcy', 'xbdy']],
    ['{a}', ['a']],
    ['{{a},b{}}', ['a', 'b']],
    ['[{]a[,}]', ['[{]a[,}]']],
    ['{[a,b],c}', ['[a,b]', 'c']],
    ['{a\\,b,c\\}}', ['a\\,b', 'c\\}']],
    ['{a,b', ['{a,b']],
    ['{,a}', ['a']],
    ['\\{a,b}', ['{a,b}']],
    ['{a,b}{c,d}', ['ac', 'ad', 'bc', 'bd']],
  ])('%s', (path, expected) => {
    const all = parseGlob(`/in/${path}`).map(({ pattern }) => pattern);
    expect(all).toEqual(expected.map((name) => `/in/${name}`));
  });

  it('refuses a path that stands for thousands', () => {
    expect(() => parseGlob('{a,b}'.repeat(12))).toThrow(RangeError);
  });
});

describe('parseGlob', () => {
  it('splits at the first wildcard', () => {
    const [glob] = parseGlob('/data/x/*/part-?');
    expect(glob?.root).toBe('/data/x');
    expect(glob?.pattern).toBe('/data/x/*/part-?');
    expect(glob?.segments).toHaveLength(2);
  });

  it('has no segments without a wildcard', () => {
    expect(parseGlob('/data/x/')).toEqual([{ root: '/data/x', pattern: '/data/x', segments: [] }]);
  });

  it('takes the file system as the root of /*', () => {
    expect(parseGlob('/*')[0]).toMatchObject({ root: '/', pattern: '/*' });
  });
});

describe('a path with braces', () => {
  const folder = testFolder();
  const names = [
    'a',
    'a1',
    'a2',
    'a1b',
    'ab',
    'abd',
    'ac',
    'b',
    'a,b',
    'a}',
    '{a1}',
    'a{1}',
    'a{b,c}',
  ];

  // As a Spark 4.3 answers, over these files.
  it.each([
    ['{a1}', ['a1']],
    ['{a1,b}', ['a1', 'b']],
    ['a{1}', ['a1']],
    ['a{1,2}b', ['a1b']],
    ['{a{1,2},b}', ['a1', 'a2', 'b']],
    ['{{a1},{b}}', ['a1', 'b']],
    ['a{b,{c,bd}}', ['ab', 'abd', 'ac']],
    ['a{}', ['a']],
    ['a{,1}', ['a', 'a1']],
    ['{,a}1', ['a1']],
    ['{a1,}', ['a1']],
    ['{a1,zz}', ['a1']],
    ['a{1,2}{b,}', ['a1', 'a1b', 'a2']],
    ['\\{a1\\}', ['{a1}']],
    ['a\\{b,c\\}', ['a{b,c}']],
    ['{a\\,b,b}', ['a,b', 'b']],
    ['a,b', ['a,b']],
    ['a}', ['a}']],
    ['{[a,b]}', ['a', 'b']],
    ['a{[12],b}', ['a1', 'a2', 'ab']],
    ['{a?}', ['a1', 'a2', 'ab', 'ac', 'a}']],
    ['{a1,a1}', ['a1']],
  ])('%s', async (path, wanted) => {
    for (const name of names) folder.write(name, `${name}\n`);
    const rows = await readBatch(readStream(textFiles(join(folder.path, path))));
    expect(rows.map((row) => row.value).sort()).toEqual([...wanted].sort());
  });

  it('finds what an alternative names also when it comes later', async () => {
    folder.write('a/1', '1\n', 1);
    const opened = await textFiles(join(folder.path, '{a,b}')).open(sourceContext());
    expect(await opened.latestOffset(null, 'everything')).toMatchObject({ file: 1 });
    folder.write('b/2', '2\n', 2);
    const from = { file: 1, byte: 0, row: 0 };
    expect(await opened.latestOffset(from, 'everything')).toMatchObject({ file: 2 });
  });

  it('refuses one that stands for no name', () => {
    for (const path of ['in/{}', 'in/{,}/a'])
      expect(() => textFiles(path)).toThrow(/stands for no name/);
  });
});
