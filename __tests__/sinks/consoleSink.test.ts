import type { StructType } from '../../lib/schema/types.js';
import { type ConsoleSinkOptions, consoleSink } from '../../lib/sinks/consoleSink.js';
import type { Sink } from '../../lib/sinks/sink.js';
import { sinkContext } from '../../lib/testing/sinkContract.js';
import { dyingFileSystem } from './dyingFileSystem.js';

function printed(rows: readonly unknown[], options: ConsoleSinkOptions = {}, schema?: StructType) {
  let text = '';
  const out = (part: string) => {
    text += part;
  };
  const sink = consoleSink({ out, ...options }).open(
    sinkContext(dyingFileSystem(), { schema }),
  ) as Sink<unknown>;
  sink.addBatch(7, rows, 'append');
  return text;
}

const bodyOf = (text: string) => text.split('\n').slice(3, -2);

describe('consoleSink', () => {
  it('prints a header and aligned columns', () => {
    const rows = [
      { word: 'apple', n: 2 },
      { word: 'b', n: 100 },
    ];
    expect(printed(rows)).toBe(
      [
        '-------------------------------------------',
        'Batch: 7',
        '-------------------------------------------',
        '+-------+-----+',
        '| word  |   n |',
        '+-------+-----+',
        '| apple |   2 |',
        '| b     | 100 |',
        '+-------+-----+',
        '',
        '',
      ].join('\n'),
    );
  });

  it('prints nothing for a batch without rows', () => {
    expect(printed([])).toBe('');
  });

  it('says when it shows fewer rows than there are', () => {
    expect(printed([1, 2, 3], { numRows: 2 })).toContain(
      '|     2 |\n+-------+\nonly showing top 2 rows\n',
    );
    expect(printed([1, 2], { numRows: 1 })).toContain('only showing top 1 row\n');
    expect(printed([1, 2], { numRows: 2 })).not.toContain('only showing');
  });

  it('cuts cells at 20 columns, at a number, or never', () => {
    const rows = [{ s: 'x'.repeat(21) }];
    expect(printed(rows)).toContain(`| ${'x'.repeat(17)}... |`);
    expect(printed([{ s: 'x'.repeat(20) }])).toContain(`| ${'x'.repeat(20)} |`);
    expect(printed(rows, { truncate: 3 })).toContain('| xxx |');
    expect(printed(rows, { truncate: 5 })).toContain('| xx... |');
    expect(printed(rows, { truncate: false })).toContain(`| ${'x'.repeat(21)} |`);
  });

  it('keeps columns straight with wide, combining and joined characters', () => {
    const rows = ['日本', 'é', '👨‍👩‍👧', '🇫🇷', 'ab', 'ﬁ', '한글'].map((name) => ({ name, n: 1 }));
    const body = bodyOf(printed(rows));
    expect(body.slice(3, -1)).toEqual([
      '| 日本 | 1 |',
      '| é    | 1 |',
      '| 👨‍👩‍👧   | 1 |',
      '| 🇫🇷   | 1 |',
      '| ab   | 1 |',
      '| ﬁ    | 1 |',
      '| 한글 | 1 |',
    ]);
  });

  it('prints dates, windows, nested values, null and binary', () => {
    const at = new Date('2024-05-06T07:08:09Z');
    const rows = [
      {
        at,
        ms: new Date('2024-05-06T07:08:09.123Z'),
        window: { start: at, end: new Date('2024-05-06T08:08:09Z') },
        list: [1, null, 'a'],
        map: new Map([['k', 1n]]),
        struct: { a: { b: true } },
        none: null,
        bytes: new Uint8Array([1, 171]),
        same: new Set([1]),
        bad: new Date(Number.NaN),
      },
    ];
    expect(bodyOf(printed(rows))[3]).toBe(
      '| 2024-05-06T07:08:09Z | 2024-05-06T07:08:09.123Z | {2024-05-06T07:08:09Z, 2024-05-06T08:08:09Z} ' +
        '| [1, null, a] | {k -> 1} | {a: {b: true}} | null | [01AB] | [1]  | Invalid Date |',
    );
  });

  it('prints a DATE of the schema without its time', () => {
    const schema: StructType = {
      type: 'struct',
      fields: [{ name: 'day', dataType: { type: 'date' }, nullable: true }],
    };
    expect(printed([{ day: new Date('2024-05-06T00:00:00Z') }], {}, schema)).toContain(
      '| 2024-05-06 |',
    );
  });

  it('prints a value with a text of its own by that text', () => {
    class Money {
      toString() {
        return '1.20';
      }
    }
    expect(printed([{ price: new Money() }])).toContain('| 1.20  |');
    expect(printed([new Money()])).toContain('| value |');
  });

  it('escapes what would break the table or command the terminal', () => {
    const text = printed([{ s: 'a\nb\u001b[31m\t\u202e' }], { truncate: false });
    expect(text).toContain('| a\\nb\\u001b[31m\\t\\u202e |');
    expect(text).not.toContain('\u001b');
  });

  it('shows fields that only some rows have, and fields named as Object members', () => {
    const rows = [JSON.parse('{"__proto__":1}'), { constructor: 2 }];
    expect(bodyOf(printed(rows))).toEqual([
      '+-----------+-------------+',
      '| __proto__ | constructor |',
      '+-----------+-------------+',
      '|         1 |        null |',
      '|      null |           2 |',
      '+-----------+-------------+',
    ]);
  });

  it('prints rows that are no objects in a column value', () => {
    expect(bodyOf(printed(['a', null]))).toEqual([
      '+-------+',
      '| value |',
      '+-------+',
      '| a     |',
      '| null  |',
      '+-------+',
    ]);
  });

  it('prints rows of continuous mode once, as they come', () => {
    const texts: string[] = [];
    const sink = consoleSink({ out: (text) => void texts.push(text) }).open(
      sinkContext(dyingFileSystem()),
    ) as Sink<unknown>;
    sink.addRows?.(0, [1]);
    sink.addBatch(0, [], 'append');
    sink.addRows?.(1, [2]);
    sink.addBatch(1, [3], 'append');
    expect(texts.map((text) => text.match(/\d(?= \|)/g)?.join())).toEqual(['1', '2', '3']);
  });

  it('refuses options out of range', () => {
    expect(() => consoleSink({ numRows: 0 })).toThrow(
      'numRows must be a whole number from 1, not 0',
    );
    expect(() => consoleSink({ numRows: 1.5 })).toThrow(RangeError);
    expect(() => consoleSink({ out: process.stdout as never })).toThrow(/out must be a function/);
    expect(() => consoleSink({ truncate: 0 })).toThrow('truncate must be true, false or a number');
    expect(() => consoleSink({ truncate: Number.NaN })).toThrow(RangeError);
  });
});
