import { resolve, sep } from 'node:path';
import * as fc from 'fast-check';
import {
  decodePathPart,
  encodePathPart,
  nullPartition,
  partitionFolder,
  partitionText,
} from '../../../lib/sinks/file/partitionPath.js';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes)), // lone surrogates too
  fc
    .array(fc.constantFrom('.', '..', '/', '\\', '\0', '%', '=', 'a', '~', ' ', nullPartition))
    .map((p) => p.join('')),
);

describe('partition paths', () => {
  it('come back from any text', () => {
    fc.assert(fc.property(anyText, (text) => decodePathPart(encodePathPart(text)) === text));
  });

  it('stay one folder below their root, in characters that need no quoting', () => {
    fc.assert(
      fc.property(anyText, anyText, (name, value) => {
        const folder = partitionFolder(name, value);
        expect(folder).toMatch(
          /^[A-Za-z0-9_.%\u0080-\u{10ffff}-]*=[A-Za-z0-9_.%\u0080-\u{10ffff}-]*$/u,
        );
        const root = resolve('/out');
        const at = resolve(root, folder);
        expect(at.startsWith(root + sep) && !at.slice(root.length + 1).includes(sep)).toBe(true);
      }),
    );
  });

  it('differ when the values differ, null included', () => {
    const value = fc.option(fc.oneof(anyText, fc.constant(nullPartition)), { nil: null });
    fc.assert(
      fc.property(
        value,
        value,
        (a, b) => (a === b) === (partitionFolder('k', a) === partitionFolder('k', b)),
      ),
    );
  });

  it.each([
    ['plain-Text_1', 'plain-Text_1'],
    ['', ''],
    ['.', '%2E'],
    ['..', '%2E%2E'],
    ['1.5', '1.5'],
    ['a.', 'a%2E'],
    ['.hidden', '%2Ehidden'],
    ['a/b', 'a%2Fb'],
    ['a/../../b', 'a%2F..%2F..%2Fb'],
    ['100%', '100%25'],
    ['\0', '%00'],
    ['é', 'é'],
    ['é/b', 'é%2Fb'],
    ['e\u0301', 'e%CC%81'],
    ['😀', '😀'],
    ['\ud800', '%ED%A0%80'],
  ])('encodes %j as %s', (text, encoded) => {
    expect(encodePathPart(text)).toBe(encoded);
  });

  it.each([
    ['%C3%A9%F0%9F%98%80', 'é😀'], // of earlier versions
    ['a%20b%', 'a b%'],
    ['%E9', 'é'],
    ['100%25%', '100%%'],
  ])('decodes %s as Spark, UTF-8 first', (part, text) => {
    expect(decodePathPart(part)).toBe(text);
  });

  it('tells null from a text of that name', () => {
    expect(partitionFolder('k', null)).toBe(`k=${nullPartition}`);
    expect(partitionFolder('k', nullPartition)).toBe('k=%5F_HIVE_DEFAULT_PARTITION__');
    expect(decodePathPart('%5F_HIVE_DEFAULT_PARTITION__')).toBe(nullPartition);
  });

  it.each([
    [1.5, '1.5'],
    [-2.5e21, '-2.5e21'], // a plus would be escaped, and Spark reads no number that is
    [1e-7, '1e-7'],
    [12345678901234567890n, '12345678901234567890'],
    [true, 'true'],
    [Number.NaN, 'NaN'],
    [new Date('2024-01-02T03:04:05Z'), '2024-01-02T03:04:05.000Z'],
    [new Date(Number.NaN), undefined],
    [{ a: 1 }, undefined],
    [[1], undefined],
    [new Uint8Array(1), undefined],
    [new Map(), undefined],
    [() => 1, undefined],
  ])('says %p as %p', (value, text) => {
    expect(partitionText(value, undefined)).toBe(text);
  });

  it('says a DATE without its time', () => {
    expect(partitionText(new Date('2024-01-02T00:00:00Z'), { type: 'date' })).toBe('2024-01-02');
  });
});
