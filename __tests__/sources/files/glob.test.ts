import fc from 'fast-check';
import { expandBraces, parseGlob } from '../../../lib/sources/files/glob.js';
import { matchesWildcard, parseWildcard } from '../../../lib/sources/files/wildcard.js';

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

describe('expandBraces', () => {
  it.each([
    ['a', ['a']],
    ['{a,b}', ['a', 'b']],
    ['x{a,b{c,d}}y', ['xay', 'xbcy', 'xbdy']],
    ['{a}', ['{a}']],
    ['{a,b', ['{a,b']],
    ['{,a}', ['', 'a']],
    ['\\{a,b}', ['\\{a,b}']],
    ['{a,b}{c,d}', ['ac', 'ad', 'bc', 'bd']],
  ])('%s', (path, expected) => {
    expect(expandBraces(path)).toEqual(expected);
  });

  it('refuses a path that stands for thousands', () => {
    expect(() => expandBraces('{a,b}'.repeat(12))).toThrow(RangeError);
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
