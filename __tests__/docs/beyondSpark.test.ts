import { extensions } from '../conformance/extensions.js';
import { textOf } from './markdown.js';

const section = textOf('docs/semantics.md').split('## Beyond Spark')[1] ?? '';
const shapes = section
  .split('And what is no plan shape')[0]
  ?.split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| Shape'))
  .map((line) => line.replaceAll('`', ''));

describe('docs/semantics.md, beyond Spark', () => {
  it('names every shape that the conformance runner accepts', () => {
    const untold = extensions.filter(({ name }) => {
      const [start = name] = name.split(',');
      return !shapes?.some((line) => line.startsWith(`| ${start}`));
    });
    expect(untold.map(({ name }) => name)).toEqual([]);
  });

  it('has a test of the rows of each shape', () => {
    const tests = textOf('__tests__/spark/beyondSpark.test.ts').match(/^ {2}it\('/gm) ?? [];
    expect(tests.length).toBeGreaterThanOrEqual(shapes?.length ?? Number.POSITIVE_INFINITY);
  });
});
