import {
  asc,
  count,
  type DataStream,
  explode,
  groupByKey,
  joinWith,
  memorySink,
  memoryStream,
  type OutputMode,
  observe,
  orderBy,
  readStream,
  select,
  staticRows,
  windowTime,
  withColumns,
  writeStream,
} from '../../index.js';

interface Row {
  readonly k: string;
}

const bad = (): never => {
  throw new RangeError('bad');
};
const table: readonly Row[] = [{ k: 'a' }];
const failing = async (): Promise<readonly Row[]> => bad();
const throwing = (): readonly Row[] => bad();
const on = 'k';
const counts = (rows: DataStream<Row>) => rows.pipe(groupByKey('k'), count());

type Case = [name: string, operator: string, (rows: DataStream<Row>) => unknown, OutputMode?];

const cases: readonly Case[] = [
  [
    'where of a join with a table',
    'staticJoin-0',
    (r) => r.pipe(joinWith(table, { type: 'inner', on, where: bad })),
  ],
  [
    'leftWhere of it',
    'staticJoin-0',
    (r) => r.pipe(joinWith(table, { type: 'inner', on, leftWhere: bad })),
  ],
  [
    'select of it',
    'staticJoin-0',
    (r) => r.pipe(joinWith(table, { type: 'inner', on, select: bad })),
  ],
  [
    'on of its table',
    'staticJoin-0',
    (r) => r.pipe(joinWith(table, { type: 'inner', on: [(row: Row) => row.k, bad] })),
  ],
  [
    'on of its stream',
    'staticJoin-0',
    (r) => r.pipe(joinWith(table, { type: 'inner', on: [bad, (row: Row) => row.k] })),
  ],
  [
    'a table that does not load',
    'staticJoin-0',
    (r) => r.pipe(joinWith(staticRows(failing), { type: 'inner', on })),
  ],
  [
    'a table that throws',
    'staticJoin-0',
    (r) => r.pipe(joinWith(staticRows(throwing), { type: 'inner', on })),
  ],
  ['orderBy', 'orderBy-0', (r) => counts(r).pipe(orderBy(asc(bad))), 'complete'],
  ['select behind an aggregate', 'select-0', (r) => counts(r).pipe(select(bad)), 'complete'],
  ['observe', 'observe-0', (r) => r.pipe(observe('o', (rows) => ({ n: rows.sum(bad) })))],
  ['windowTime', 'windowTime-0', (r) => r.pipe(windowTime(bad))],
  ['groupByKey', 'aggregate-0', (r) => r.pipe(groupByKey(bad), count()), 'complete'],
  ['withColumns', 'withColumns-0', (r) => r.pipe(withColumns(bad))],
  ['explode', 'explode-0', (r) => r.pipe(explode(bad))],
];

describe('BATCH_FAILED names the operator whose function throws', () => {
  it.each<Case>([...cases])('%s', async (_name, operator, pipe, outputMode = 'append') => {
    const source = memoryStream<Row>();
    const query = writeStream(pipe(readStream(source)) as DataStream<unknown>, {
      sink: memorySink<unknown>(),
      outputMode,
    });
    source.addData({ k: 'a' });
    await expect(query.processAllAvailable()).rejects.toMatchObject({
      code: 'BATCH_FAILED',
      params: { operator },
      cause: { message: 'bad' },
    });
  });
});
