import { filter, type Observable } from 'rxjs';
import {
  count,
  groupByKey,
  memorySink,
  memoryStream,
  readStream,
  sessionWindow,
  window,
  windowOf,
  withColumns,
  withWatermark,
  writeStream,
} from '../../index.js';

interface Row {
  readonly at: number;
}

const last = 8.64e15;
const minute = 60_000;
const month = 31 * 24 * 60 * minute;
/** The first and the last whole minutes that Dates can hold. */
const [firstFits, lastFits] = [-last, last - minute];

type Pipe = (rows: Observable<Row>) => Observable<unknown>;

const pipes: readonly (readonly [name: string, pipe: Pipe])[] = [
  ['tumbling', (rows) => rows.pipe(window('1 minute'), count())],
  ['in ms', (rows) => rows.pipe(window('1 minute', { timestamps: 'ms' }), count())],
  ['on a calendar', (rows) => rows.pipe(window('1 minute', { timeZone: 'UTC' }), count())],
  ['of sessions', (rows) => rows.pipe(groupByKey('at'), sessionWindow('1 minute'), count())],
  [
    'of sessions in order',
    (rows) =>
      rows.pipe(
        groupByKey('at'),
        sessionWindow(() => '1 minute'),
        count(),
      ),
  ],
  [
    'in a column',
    (rows) => {
      const minuteOf = windowOf((row: Row) => row.at, '1 minute');
      return rows.pipe(withColumns((row) => ({ window: minuteOf(row) })));
    },
  ],
  [
    'seen by an RxJS operator',
    (rows) =>
      rows.pipe(
        window('1 minute'),
        filter(() => true),
        count(),
      ),
  ],
  [
    'of sessions, seen by an RxJS operator',
    (rows) =>
      rows.pipe(
        groupByKey('at'),
        sessionWindow('1 minute'),
        filter(() => true),
        count(),
      ),
  ],
];

/** The rows that come out, and the times of those that failed. */
async function run(pipe: Pipe, times: readonly number[]) {
  const rows = memoryStream<Row>();
  const sink = memorySink<unknown>();
  const stream = pipe(readStream(rows).pipe(withWatermark('at', 0)));
  const query = writeStream(stream, {
    sink,
    outputMode: 'append',
    failedRows: 'deadLetter',
  });
  const failed: unknown[] = [];
  query.failed$.subscribe(({ row, error }) => failed.push([row, error]));
  rows.addData(...times.map((at) => ({ at })));
  rows.complete();
  await query.awaitTermination();
  return { rows: sink.rows() as readonly { readonly window: unknown }[], failed };
}

const refused = (at: number) => [
  { at },
  {
    code: 'WINDOW_OUT_OF_RANGE',
    message: expect.stringContaining(new Date(at).toISOString()),
  },
];

describe('a window that ends or begins where no Date can be', () => {
  it.each(pipes)('fails its row: %s', async (_name, pipe) => {
    const { rows, failed } = await run(pipe, [last, lastFits, 5]);
    expect(failed).toEqual([refused(last)]);
    expect(rows).toHaveLength(2);
    expect(JSON.stringify(rows)).not.toContain('null');
  });

  it('fails its row also where it begins too early', async () => {
    const [, tumbling] = pipes[0] as (typeof pipes)[number];
    const shifted: Pipe = (rows) => rows.pipe(window(minute, { startTime: 1000 }), count());
    expect((await run(tumbling, [firstFits])).failed).toEqual([]);
    expect((await run(shifted, [firstFits, 5])).failed).toEqual([refused(firstFits)]);
  });

  it.each([
    ['', {}],
    [', not on a calendar', { timeZone: 'UTC' }],
  ])('fails its row if only one of several windows is such a one%s', async (_name, options) => {
    const sliding: Pipe = (rows) =>
      rows.pipe(window('3 minutes', { slide: '1 minute', ...options }), count());
    const { rows, failed } = await run(sliding, [lastFits, lastFits - 2 * minute, 5]);
    expect(failed).toEqual([refused(lastFits)]);
    expect(rows).toHaveLength(6);
  });

  it('fails its row where a month of the calendar is such a one', async () => {
    const months: Pipe = (rows) =>
      rows.pipe(window('1 month', { timeZone: 'Asia/Tokyo' }), count());
    const times = [last, last - 1, -last, last - 3 * month];
    const { rows, failed } = await run(months, times);
    expect(failed).toEqual([refused(last), refused(last - 1), refused(-last)]);
    expect(rows).toHaveLength(1);
  });

  it('fails the batch unless failed rows are kept', async () => {
    const rows = memoryStream<Row>();
    const stream = readStream(rows).pipe(withWatermark('at', 0), window('1 minute'), count());
    const query = writeStream(stream, { sink: memorySink(), outputMode: 'append' });
    rows.addData({ at: last });
    await expect(query.processAllAvailable()).rejects.toMatchObject({
      code: 'BATCH_FAILED',
      params: { operator: 'aggregate-0' },
      cause: { code: 'WINDOW_OUT_OF_RANGE', params: { operator: 'aggregate-0' } },
    });
  });
});
