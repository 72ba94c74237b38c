import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as millrace from '../../index.js';
import * as parquet from '../../lib/parquet/index.js';
import * as testing from '../../lib/testing/index.js';
import { textOf } from './markdown.js';

const exported = new Set([
  ...Object.keys(millrace),
  ...Object.keys(parquet),
  ...Object.keys(testing),
]);
const guide = readdirSync(join('docs', 'guide')).map((name) => textOf(join('docs', 'guide', name)));
const words = new Set([textOf('README.md'), ...guide].join('\n').match(/[A-Za-z_$][\w$]*/g));

/** Right cells of the tables of "coming from Spark", without strings. */
const ours = textOf('docs/guide/from-spark.md')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split(/(?<!\\)\|/)[2] ?? '');

describe('names', () => {
  it('that the package exports are each somewhere in README or guide', () => {
    expect([...exported].filter((name) => !words.has(name))).toEqual([]);
  });

  it('that stand for a Spark API exist', () => {
    const called = ours.flatMap(
      (cell) => cell.replace(/'[^']*'/g, '').match(/(?<![.\w])[a-z]\w*(?=\()/g) ?? [],
    );
    const localNames = new Set(['load', 'get', 'fn']);
    expect(
      [...new Set(called)].filter((name) => !exported.has(name) && !localNames.has(name)),
    ).toEqual([]);
    expect(called.length).toBeGreaterThan(40);
  });
});
