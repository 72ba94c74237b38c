import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import { addData } from '../../lib/testing/actions.js';
import { assertRun, checkNewAnswer } from '../../lib/testing/checks.js';
import { testStream } from '../../lib/testing/testStream.js';
import { observe } from '../../operators/observe.js';
import { OperatorHarness } from './operatorHarness.js';

const observed = (expected: unknown) =>
  assertRun('observed', (test) =>
    expect(test.progress.at(-1)?.observedMetrics).toEqual({ quality: expected }),
  );

describe('observe', () => {
  it('passes rows through and reports each batch on its own', async () => {
    const numbers = memoryStream<number>();
    const passed = readStream(numbers).pipe(
      observe('quality', (rows) => ({
        n: rows.count(),
        odd: rows.count({ where: (n) => n % 2 === 1 }),
        most: rows.max((n) => n),
      })),
    );
    await testStream(passed)(
      addData(numbers, 1, 2, 3),
      checkNewAnswer(1, 2, 3),
      observed({ n: 3, odd: 2, most: 3 }),
      addData(numbers, 4),
      checkNewAnswer(4),
      observed({ n: 1, odd: 0, most: 4 }),
      addData(numbers),
      observed({ n: 0, odd: 0, most: null }),
    );
  });

  it('keeps the event time of a row', () => {
    const run = new OperatorHarness<number, number>((s) =>
      s.pipe(observe('q', (r) => ({ n: r.count() }))),
    );
    expect(
      run.batch({
        rows: [
          [1, 5],
          [2, null],
        ],
      }).times,
    ).toEqual([5, Number.NaN]);
  });

  it('refuses an empty name, and what is no aggregate', () => {
    expect(() => observe('', () => ({}))).toThrow('observe needs a name');
    expect(() => observe('q', () => ({ n: 1 }) as never)).toThrow('result "n" is not an aggregate');
  });
});
