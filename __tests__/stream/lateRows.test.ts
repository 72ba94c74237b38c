import { defer, map, merge, Subject, share } from 'rxjs';
import {
  count,
  dropDuplicatesWithinWatermark,
  groupByKey,
  type LateRow,
  lateRows,
  memorySink,
  memoryStream,
  readStream,
  window,
  withWatermark,
  writeStream,
} from '../../index.js';

interface Row {
  readonly k: string;
  readonly at: number;
}

const row = (k: string, at: number): Row => ({ k, at });
const counts = (rows: Subject<Row>) =>
  readStream(rows).pipe(
    withWatermark('at', '10 milliseconds'),
    groupByKey('k'),
    window('10 milliseconds'),
    count(),
  );

function collected(late$: { subscribe(next: (late: LateRow) => void): unknown }): LateRow[] {
  const all: LateRow[] = [];
  late$.subscribe((late) => all.push(late));
  return all;
}

test('a row whose window ends at the watermark is late, and is told at once', () => {
  const rows = new Subject<Row>();
  const stream = counts(rows);
  const late = collected(lateRows(stream));
  stream.subscribe();
  rows.next(row('a', 30)); // the watermark is 20
  rows.next(row('b', 20)); // its window ends at 30
  expect(late).toEqual([]);
  rows.next(row('c', 19)); // its window ends at 20
  expect(late).toEqual([
    {
      row: row('c', 19),
      eventTimeMs: 19,
      watermarkMs: 20,
      openWindows: 0,
      operator: 'aggregate-0',
      batchId: 0,
    },
  ]);
});

test('whoever listens later hears what comes later', () => {
  const rows = new Subject<Row>();
  const stream = counts(rows);
  stream.subscribe();
  rows.next(row('a', 30));
  rows.next(row('unheard', 1));
  const late = collected(lateRows(stream));
  rows.next(row('heard', 2));
  expect(late.map((l) => l.row)).toEqual([row('heard', 2)]);
});

test('each live subscription tells its own; other streams do not', () => {
  const rows = new Subject<Row>();
  const [stream, other] = [counts(rows), counts(rows)];
  const late = collected(lateRows(stream));
  merge(stream, stream, other).subscribe();
  rows.next(row('a', 30));
  rows.next(row('b', 1));
  expect(late).toHaveLength(2);
});

test('operators above RxJS operators are heard too, and share has one subscription', () => {
  const rows = new Subject<Row>();
  const stream = counts(rows).pipe(
    map(({ window: { end } }) => end),
    share(),
  );
  const late = collected(lateRows(stream));
  merge(stream, stream).subscribe();
  rows.next(row('a', 30));
  rows.next(row('b', 1));
  expect(late.map((l) => l.row)).toEqual([row('b', 1)]);
});

test('a subscription to a longer pipe of the stream is heard, what is late only there is not', () => {
  const rows = new Subject<Row>();
  const timed = readStream(rows).pipe(withWatermark('at', '10 milliseconds'));
  const perWindow = timed.pipe(window('10 milliseconds'), count());
  const above = collected(lateRows(timed));
  const late = collected(lateRows(perWindow));
  perWindow.pipe(map(({ count: n }) => n)).subscribe();
  rows.next(row('a', 30));
  rows.next(row('b', 1));
  expect(late.map((l) => l.row)).toEqual([row('b', 1)]);
  expect(above).toEqual([]);
});

test('a duplicate is no late row, a late row is none', () => {
  const rows = new Subject<Row>();
  const stream = readStream(rows).pipe(
    withWatermark('at', '10 milliseconds'),
    dropDuplicatesWithinWatermark(['k']),
  );
  const late = collected(lateRows(stream));
  stream.subscribe();
  for (const r of [row('a', 30), row('a', 30), row('b', 20)]) rows.next(r);
  expect(late.map((l) => l.row)).toEqual([row('b', 20)]);
});

test('a query tells in its late$, not here', async () => {
  const source = memoryStream<Row>();
  const stream = readStream(source).pipe(
    withWatermark('at', '10 milliseconds'),
    window('10 milliseconds'),
    count(),
  );
  const live = collected(lateRows(stream));
  const query = writeStream(stream, { sink: memorySink() });
  const late = collected(query.late$);
  source.addData(row('a', 30));
  await query.processAllAvailable();
  source.addData(row('b', 1));
  await query.processAllAvailable();
  await query.stop();
  expect(late.map((l) => l.row)).toEqual([row('b', 1)]);
  expect(live).toEqual([]);
});

test('an Observable that is no stream is refused', () => {
  expect(() => lateRows(defer(() => counts(new Subject<Row>())))).toThrow(TypeError);
  expect(() => lateRows(new Subject())).toThrow(TypeError);
  expect(() => lateRows(new Subject())).toThrow('lateRows takes a stream');
});
