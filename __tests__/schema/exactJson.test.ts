import fc from 'fast-check';
import { parseDdl } from '../../lib/schema/ddl.js';
import { exactJson, jsonParser } from '../../lib/schema/exactJson.js';
import { NumberText } from '../../lib/schema/numberText.js';

/** What JSON.parse would give. */
const plain = (value: unknown): unknown => {
  if (value instanceof NumberText) return Number(value.text);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
};
const outcome = (parse: () => unknown): unknown => {
  try {
    return { value: parse() };
  } catch (error) {
    return (error as Error).constructor.name;
  }
};

describe('exactJson', () => {
  it('keeps the digits of long numbers', () => {
    const { a, b } = exactJson('{"a": 12345678901234567890.5, "b": [1, 9007199254740993]}') as {
      a: unknown;
      b: unknown[];
    };
    expect(a).toEqual(new NumberText('12345678901234567890.5'));
    expect(b).toEqual([1, new NumberText('9007199254740993')]);
  });

  it('gives what JSON.parse gives', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 1, '\t'), (json, indent) => {
        const text = JSON.stringify(JSON.parse(json), undefined, indent);
        expect(plain(exactJson(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses what JSON.parse refuses', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"a"',
      '"',
      '\\',
      '1',
      '-',
      '.5',
      '1e5',
      '01',
      'null',
      'true',
      'nul',
      ' ',
      '12345678901234567',
      '+1234567890123456',
      '1234567890123456.',
      "'",
      '\u0001',
      'E',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece).map((p) => p.join('')),
          fc.string(),
        ),
        (text) => {
          expect(outcome(() => plain(exactJson(text)))).toEqual(outcome(() => JSON.parse(text)));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('defines __proto__ as an own property, and the last of several wins', () => {
    const object = exactJson('{"__proto__": {"x": 1}, "a": 1, "a": 2}') as object;
    expect(Object.keys(object)).toEqual(['__proto__', 'a']);
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
    expect(object).toHaveProperty('a', 2);
  });

  it('refuses nesting that would overflow', () => {
    expect(() => exactJson('['.repeat(100_000))).toThrow(/deeper than 500/);
    expect(() => exactJson(`${'['.repeat(400)}${']'.repeat(400)}`)).not.toThrow();
  });
});

describe('jsonParser', () => {
  it('is JSON.parse where no column needs digits', () => {
    expect(jsonParser(parseDdl('a BIGINT, b DOUBLE, c STRING'))).toBe(JSON.parse);
  });

  it('keeps digits for DECIMAL at any depth, and BIGINT as bigint', () => {
    const text = '{"a": 12345678901234567890}';
    for (const ddl of [
      'a DECIMAL',
      'a STRUCT<x: DECIMAL>',
      'a ARRAY<DECIMAL>',
      'a MAP<STRING, DECIMAL>',
    ]) {
      expect(jsonParser(parseDdl(ddl))(text)).toEqual({
        a: new NumberText('12345678901234567890'),
      });
    }
    expect(jsonParser(parseDdl('a BIGINT'), { bigints: 'bigint' })(text)).toEqual({
      a: new NumberText('12345678901234567890'),
    });
    expect(jsonParser(parseDdl('a DECIMAL'))('{"a": 1.5}')).toEqual({ a: 1.5 });
    expect(() => jsonParser(parseDdl('a DECIMAL'))('{"a": 1')).toThrow(SyntaxError);
  });
});
