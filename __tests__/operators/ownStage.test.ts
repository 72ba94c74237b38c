import { from, type Observable } from 'rxjs';
import { count } from '../../operators/count.js';
import { select } from '../../operators/select.js';
import { where } from '../../operators/where.js';
import { window } from '../../operators/window.js';
import { withWatermark } from '../../operators/withWatermark.js';
import { OperatorHarness } from './operatorHarness.js';

/** As a host does that forbids code from strings. */
function forbidden(): never {
  throw new EvalError('Code generation from strings disallowed for this context');
}

// First the one that forbids it: code that has been generated is used again.
const hosts = ['a host that forbids code from strings', 'a host that allows it'] as const;

describe.each(hosts)('row-by-row stages on %s', (host) => {
  const allowed = globalThis.Function;

  beforeEach(() => {
    if (host === 'a host that forbids code from strings') {
      Reflect.set(globalThis, 'Function', forbidden);
    }
  });
  afterEach(() => {
    Reflect.set(globalThis, 'Function', allowed);
  });

  interface Row {
    readonly n: number;
    readonly at: number | null;
  }
  const build = (source: Observable<Row>) =>
    source.pipe(
      withWatermark((row) => row.at, '1 second'),
      where((row) => (row.n > 4 ? null : row.n !== 2)),
      select((row, { batchTimestampMs }) => `${row.n} at ${batchTimestampMs}`),
    );
  const row = (n: number, at: number | null = n): readonly [Row, null] => [{ n, at }, null];

  it('filters and maps rows', async () => {
    const harness = new OperatorHarness<Row, string>(build);
    const batch = { rows: [row(1), row(2), row(3, null), row(4), row(5)], at: 7 };
    const { rows } = await harness.batch(batch);
    expect(rows).toEqual(['1 at 7', '3 at 7', '4 at 7']);
  });

  it('times rows for the windows behind', () => {
    const counts: unknown[] = [];
    from([1, 1500, null, 1999, new Date(2000)])
      .pipe(
        withWatermark((at) => at, '1 second'),
        window('1 second', { timestamps: 'ms' }),
        count(),
      )
      .subscribe((row) => counts.push([row.window.start, row.count]));
    expect(counts).toEqual([
      [0, 1],
      [1000, 2],
      [2000, 1],
    ]);
  });

  it.each([
    ['where', where<number>((n) => failing(n) > 0)],
    ['select', select((n: number) => failing(n))],
  ])('says which row %s has failed at', async (_name, operator) => {
    const harness = new OperatorHarness<number, unknown>((source) => source.pipe(operator));
    await expect(async () => harness.batch({ rows: [[2, null]] })).rejects.toThrow('no 2');
  });

  it('keeps apart functions of one text that have closed over different values', async () => {
    const above = (least: number) => where<number>((n) => n > least);
    const harness = new OperatorHarness<number, number>((source) =>
      source.pipe(above(1), above(2)),
    );
    const { rows } = await harness.batch({ rows: [[1, 1] as const, [2, 2], [3, 3]] });
    expect(rows).toEqual([3]);
  });
});

function failing(n: number): number {
  if (n === 2) throw new RangeError('no 2');
  return n;
}
