import * as N from 'fp-ts/lib/number.js';
import type { OperatorFunction } from 'rxjs';
import type { WriteStreamOptions } from '../../index.js';
import * as ops from '../../index.js';

interface Row {
  readonly a: number;
  readonly t: number;
}
type Operator = OperatorFunction<Row, unknown>;

/** As a program without types gives it. */
const given = <F>(fn: unknown): F => fn as F;
const later = async (): Promise<number> => 1;
/** What an async function becomes under an older target, or a call that its author took for a value. */
const promised = (): unknown => Promise.resolve(1);
const rejected = (): unknown => Promise.reject(new Error('too late'));

type Build = (fn: never) => unknown;
const of = (
  build: (rows: Parameters<Parameters<typeof ops.aggregate<Row, never>>[0]>[0]) => unknown,
) => ops.aggregate(build as never);

function aggregateOf(rows: object, name: string, ...args: readonly unknown[]): unknown {
  return (Reflect.get(rows, name) as (...args: readonly unknown[]) => unknown)(...args);
}

/** Every place that takes a function which is called with rows. */
const places: readonly (readonly [name: string, build: Build])[] = [
  ['where', (fn) => ops.where(fn)],
  ['select', (fn) => ops.select(fn)],
  ['withColumns', (fn) => ops.withColumns(fn)],
  ['explode', (fn) => ops.explode(fn)],
  ['explode', (fn) => ops.explode(() => [1], fn)],
  ['withWatermark', (fn) => ops.withWatermark(fn, 0)],
  ['windowTime', (fn) => ops.windowTime(fn)],
  ['windowOf: option time', (fn) => ops.windowOf(fn, 10)],
  ['window: option time', (fn) => ops.window(10, { time: fn })],
  ['sessionWindow: option time', (fn) => ops.sessionWindow(10, { time: fn })],
  ['sessionWindow: gap', (fn) => ops.sessionWindow(fn)],
  ['groupByKey', (fn) => ops.groupByKey(fn)],
  ['groupByKey: option eventTime', (fn) => ops.groupByKey((row) => row, { eventTime: fn })],
  ['dropDuplicates', (fn) => ops.dropDuplicates(fn)],
  ['dropDuplicates eventTime', (fn) => ops.dropDuplicates(['a'] as never, { eventTime: fn })],
  ['dropDuplicatesWithinWatermark', (fn) => ops.dropDuplicatesWithinWatermark(fn)],
  ['orderBy', (fn) => ops.orderBy(fn)],
  ['orderBy', (fn) => ops.orderBy(ops.desc(fn))],
  ['aggregate', (fn) => ops.aggregate(fn)],
  [
    'aggregate: result "n"',
    (add) =>
      ops.aggregate(() => ({
        n: { name: 'n', zero: () => 0, add, merge: () => 0, result: () => 0 },
      })),
  ],
  ['observe', (fn) => ops.observe('o', fn)],
  ['fromMonoid', (fn) => ops.fromMonoid(N.MonoidSum)(fn)],
  ['fromMonoid: concat', (concat) => ops.fromMonoid({ empty: 0, concat })],
  ['mapGroupsWithState', (fn) => ops.mapGroupsWithState(fn)],
  ['flatMapGroupsWithState', (fn) => ops.flatMapGroupsWithState(fn)],
  [
    'transformWithState handleInputRows',
    (handleInputRows) =>
      ops.transformWithState({ timeMode: 'none', init: () => 0, handleInputRows }),
  ],
  [
    'transformWithState eventTime',
    (eventTime) =>
      ops.transformWithState({
        timeMode: 'eventTime',
        init: () => 0,
        handleInputRows: () => [],
        eventTime,
      }),
  ],
  ['joinWith: where', (where) => ops.joinWith([], { type: 'inner', on: 'a', where } as never)],
  [
    'joinWith: leftWhere',
    (leftWhere) => ops.joinWith([], { type: 'inner', on: 'a', leftWhere } as never),
  ],
  [
    'joinWith: rightWhere',
    (rightWhere) => ops.joinWith([], { type: 'inner', on: 'a', rightWhere } as never),
  ],
  ['joinWith: select', (select) => ops.joinWith([], { type: 'inner', on: 'a', select } as never)],
  ['joinWith: on', (right) => ops.joinWith([], { type: 'inner', on: [() => 1, right] })],
  [
    'joinWith: onTime',
    (right) => ops.joinWith(source(), { type: 'inner', onTime: [() => 1, right] }),
  ],
  [
    'joinWith: within',
    (leftTime) =>
      ops.joinWith(source(), { type: 'inner', on: 'a', within: { left: '<', leftTime } }),
  ],
  ...(
    [
      'sum',
      'avg',
      'min',
      'max',
      'first',
      'last',
      'collectList',
      'collectSet',
      'countDistinct',
      'approxCountDistinct',
      'stddevSamp',
      'stddevPop',
      'varSamp',
      'varPop',
      'count',
    ] as const
  ).flatMap((name): (readonly [string, Build])[] => [
    [name, (fn) => of((rows) => ({ n: aggregateOf(rows, name, fn) }))],
    [
      `${name}: option where`,
      (where) => of((rows) => ({ n: aggregateOf(rows, name, () => 1, { where }) })),
    ],
  ]),
  ['minBy', (fn) => of((rows) => ({ n: rows.minBy(fn, () => 1) }))],
  ['maxBy', (fn) => of((rows) => ({ n: rows.maxBy(() => 1, fn) }))],
];

function source() {
  const rows = ops.memoryStream<Row>();
  rows.addData({ a: 1, t: 0 }, { a: 2, t: 5 });
  return ops.readStream(rows);
}

async function run(operator: Operator, options: Partial<WriteStreamOptions<unknown>> = {}) {
  const sink = ops.memorySink<unknown>();
  const query = ops.writeStream(source().pipe(operator), {
    sink,
    trigger: ops.availableNow(),
    ...options,
  });
  await query.awaitTermination();
  return sink.rows();
}

describe('an async function of the row', () => {
  it.each(places)('is refused when %s is built', (name, build) => {
    for (const fn of [later, async function* () {}, later.bind(null)]) {
      const refused = `${name} takes a function that answers at once, not an async one`;
      expect(() => build(given(fn))).toThrow(expect.objectContaining({ name: 'TypeError' }));
      expect(() => build(given(fn))).toThrow(refused);
    }
  });

  it('is refused with what to do instead', () => {
    expect(() => ops.select(later)).toThrow(
      'await before it, in mergeMap(async (row) => …) or, where order matters, in concatMap',
    );
  });

  it('is welcome where rows may wait', async () => {
    const table = async () => [{ a: 1 }];
    expect(
      await ops.readBatch(source().pipe(ops.joinWith(table, { type: 'leftSemi', on: 'a' }))),
    ).toEqual([{ a: 1, t: 0 }]);
  });
});

describe('a Promise from a plain function of the row', () => {
  const sync = 'a' as const;
  const cases: readonly (readonly [
    name: string,
    called: string,
    build: (fn: never) => Operator,
  ])[] = [
    ['where-0', 'the function', (fn) => ops.where(fn)],
    ['select-0', 'the function', (fn) => ops.select(fn)],
    ['withColumns-0', 'the function', (fn) => ops.withColumns(fn)],
    ['explode-0', 'the function', (fn) => ops.explode(fn)],
    ['explode-0', 'the function', (fn) => ops.explode(() => [1], fn)],
    ['windowTime-0', 'the function', (fn) => ops.windowTime(fn)],
    ...(['where', 'leftWhere', 'rightWhere', 'select'] as const).map(
      (called) =>
        [
          'joinWith',
          called,
          (fn: never) =>
            ops.joinWith([{ a: 1 }], { type: 'inner', on: sync, [called]: fn } as never),
        ] as const,
    ),
    [
      'joinWith',
      'where',
      (where) =>
        ops.joinWith(source(), { type: 'inner', on: sync, unbounded: true, where } as never),
    ],
    [
      'joinWith',
      'select',
      (select) =>
        ops.joinWith(source(), { type: 'inner', on: sync, unbounded: true, select } as never),
    ],
  ];
  const aggregates = ['first', 'last', 'collectList', 'count', 'sum', 'min'] as const;
  const folds: typeof cases = [
    ...aggregates.map(
      (name) =>
        [
          name,
          'the function',
          (fn: never) => of((rows) => ({ n: aggregateOf(rows, name, fn) })),
        ] as const,
    ),
    ['count', 'where', (where: never) => of((rows) => ({ n: rows.count({ where }) }))],
    [
      'sum',
      'where',
      (where: never) => of((rows) => ({ n: rows.sum((row) => row.a, { where }), m: rows.count() })),
    ],
    ['maxBy', 'the function', (fn: never) => of((rows) => ({ n: rows.maxBy(fn, (row) => row.a) }))],
    [
      'fromMonoid',
      'the function',
      (fn: never) => of(() => ({ n: ops.fromMonoid(N.MonoidSum)(fn) })),
    ],
  ];

  it.each([...cases, ...folds])('fails the batch in %s: %s', async (operator, called, build) => {
    for (const fn of [promised, rejected]) {
      const complete = folds.some(([, , fold]) => fold === build);
      const ran = run(build(given(fn)), complete ? { outputMode: 'complete' } : {});
      await expect(ran).rejects.toMatchObject({
        code: 'BATCH_FAILED',
        cause: { code: 'ROW_FUNCTION_ASYNC', params: { operator, called } },
      });
    }
  });

  it('is a failed row where a row may fail alone', async () => {
    const sometimes = (row: Row) => (row.a === 1 ? promised() : row.a);
    const rows = await run(ops.select(sometimes), { failedRows: 'drop' });
    expect(rows).toEqual([2]);
  });

  it('fails orderBy and what compares it', async () => {
    const sorted = run(
      (rows) => rows.pipe(ops.groupByKey('a'), ops.count(), ops.orderBy(promised)),
      { outputMode: 'complete' },
    );
    await expect(sorted).rejects.toMatchObject({ cause: { code: 'ROW_FUNCTION_ASYNC' } });
  });
});

describe('explode', () => {
  it('says what is no list', async () => {
    await expect(run(ops.explode(given(() => 5)))).rejects.toThrow(
      'explode-0 takes a function that gives a list of each row, or null, but it gave 5: give an array',
    );
    await expect(run(ops.explode(given(() => ({ length: 1 }))))).rejects.toThrow(
      'an object that is none',
    );
    await expect(run(ops.explode(given(() => 'ab')))).rejects.toThrow(
      'but it gave a text: give an array, a Set or another iterable, such as [text], or [...text]',
    );
  });
});
