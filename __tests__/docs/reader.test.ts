import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { errorCodes } from '../../lib/errors.js';
import { anchorsOf, proseOf, textOf } from './markdown.js';

/** Ten questions of somebody who has just opened the repository, and where the answer has to stand. */
const questions: readonly (readonly [question: string, page: string, answer: RegExp])[] = [
  ['How do I run it?', 'README.md', /npm ci && npm start/],
  ['Which rows are late here?', 'docs/guide/in-production.md', /late\$/],
  ['How do I restart from scratch?', 'docs/guide/checkpoints.md', /from scratch\?\*\* Delete/],
  ['How do I test a window?', 'docs/guide/testing.md', /TestScheduler/],
  ['Why does my query print nothing?', 'docs/guide/output-modes.md', /\*\*append\*\* waits/],
  ['What may I change in a query?', 'docs/guide/checkpoints.md', /May change \| May not/],
  ['How do I write exactly once?', 'docs/guide/sources-and-sinks.md', /lastBatch/],
  ['How do I call a service per row?', 'docs/guide/from-rxjs.md', /mergeMap\(async/],
  ['Where is Spark’s Trigger.AvailableNow?', 'docs/guide/from-spark.md', /AvailableNow/],
  ['What does an error mean for my data?', 'docs/errors.md', /\*\*Data\.\*\*/],
];

/** Pages that a page links to. */
function linked(page: string): readonly string[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
    .map(([, to]) => to ?? '')
    .filter((to) => to.endsWith('.md') && !/^[a-z]+:/i.test(to))
    .map((to) => normalize(join(dirname(page), to)))
    .filter((to) => existsSync(to)); // links.test.ts names those that are not
}

const oneClick = new Set(linked('README.md'));
const twoClicks = new Set(['README.md', ...oneClick, ...[...oneClick].flatMap(linked)]);

describe('a reader', () => {
  it.each(questions)('finds: %s', (_question, page, answer) => {
    expect(twoClicks).toContain(page);
    expect(textOf(page)).toMatch(answer);
  });

  it('comes to every page of the guide in two clicks', () => {
    const pages = readdirSync(join('docs', 'guide')).filter((name) => name.endsWith('.md'));
    expect(pages.filter((name) => !twoClicks.has(join('docs', 'guide', name)))).toEqual([]);
  });

  it('finds every stateful operator under a heading of its own or of its page', () => {
    const headings = readdirSync(join('docs', 'guide')).flatMap((name) => [
      ...anchorsOf(join('docs', 'guide', name)),
    ]);
    const operators = [
      'window',
      'sessionwindow',
      'dropduplicates',
      'dropduplicateswithinwatermark',
    ];
    operators.push('mapgroupswithstate', 'flatmapgroupswithstate', 'transformwithstate', 'observe');
    operators.push('orderby-and-limit', 'two-streams', 'a-stream-with-a-table');
    expect(operators.filter((name) => !headings.includes(name))).toEqual([]);
  });

  it('is not told of error codes that do not exist', () => {
    const known = new Set<string>(errorCodes);
    const told = readdirSync('docs', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .flatMap((name) => textOf(join('docs', name)).match(/`[A-Z]+(?:_[A-Z]+)+`/g) ?? [])
      .map((code) => code.slice(1, -1));
    const names = ['NO_COLOR', 'SPARK_PYTHON', 'FLINK_PYTHON']; // environment variables
    expect([...new Set(told)].filter((code) => !known.has(code) && !names.includes(code))).toEqual(
      [],
    );
  });
});
