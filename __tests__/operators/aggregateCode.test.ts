import { aggregate } from '../../operators/aggregate.js';
import { aggregatesFor } from '../../operators/aggregates/aggregates.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { foldOf } from '../../operators/internal/fold.js';
import { describeOnHosts } from './codeHosts.js';
import { OperatorHarness } from './operatorHarness.js';

describeOnHosts('groups', () => {
  const rows = aggregatesFor<number>();

  it('keeps a row away from the functions behind a filter, whatever stands before', () => {
    const half = (n: number) => {
      if (n % 2 !== 0) throw new RangeError('odd');
      return n / 2;
    };
    const even = (n: number) => n % 2 === 0;
    const fold = foldOf('aggregate', {
      all: rows.count(),
      halves: rows.sum(half, { where: even }),
      evens: rows.count({ where: even }),
      small: rows.max(half, { where: (n) => even(n) && n < 5 }),
      first: rows.first((n) => n),
    });
    const after = [1, 2, 3, 4, 6].reduce((group, n) => fold.add(group, n), fold.zero());
    expect(fold.names.map((_, i) => fold.resultOf(i, after))).toEqual([5, 6, 3, 2, 1]);
  });

  it('gives a result of any name a column of its own', async () => {
    const named = ['__proto__', 'constructor', "it's", 'a\u2028b', '}; 1', '0'];
    const harness = new OperatorHarness<number, object>(
      (source) =>
        source.pipe(
          groupByKey((n) => n),
          aggregate((each) =>
            Object.fromEntries(named.map((name, i) => [name, each.max((n) => n + i)])),
          ),
        ),
      { outputMode: 'update' },
    );
    const { rows: given } = await harness.batch({ rows: [[10, null]] });
    const [row = {}] = given;
    expect(Object.keys(row)).toEqual(['0', 'key', ...named.slice(0, -1)]);
    const values = named.map((name) => Object.getOwnPropertyDescriptor(row, name)?.value);
    expect(values).toEqual(named.map((_, i) => 10 + i));
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  });

  it('a filter is asked once per row, and a value that several aggregates want is read once', () => {
    const asked: number[] = [];
    const read: number[] = [];
    const where = (n: number) => {
      asked.push(n);
      return n > 1;
    };
    const value = (n: number) => {
      read.push(n);
      return n;
    };
    const fold = foldOf('aggregate', {
      n: rows.count({ where }),
      least: rows.min(value, { where }),
      most: rows.max(value, { where }),
    });
    const after = [1, 2, 3].reduce((group, n) => fold.add(group, n), fold.zero());
    expect(fold.names.map((_, i) => fold.resultOf(i, after))).toEqual([2, 2, 3]);
    expect(asked).toEqual([1, 2, 3]);
    expect(read).toEqual([2, 3]);
  });
});
