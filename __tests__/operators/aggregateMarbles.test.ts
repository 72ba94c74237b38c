import { filter } from 'rxjs';
import { aggregate } from '../../operators/aggregate.js';
import { count } from '../../operators/count.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { outputMode } from '../../operators/outputMode.js';
import { select } from '../../operators/select.js';
import { sessionWindow } from '../../operators/sessionWindow.js';
import { window } from '../../operators/window.js';
import { withWatermark } from '../../operators/withWatermark.js';
import { runMarbles } from '../stream/runMarbles.js';

/** Letters stand for rows at a second of event time, upper-case results for windows of 5 s. */
const at = { a: 1, b: 4, c: 6, d: 11, e: 3, f: 20 };
const ms = { timestamps: 'ms' } as const;

describe('aggregate in a live pipe', () => {
  it('emits a window in the frame of the row that closes it, and the rest at the end', () => {
    runMarbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  --a-b-c--d-e--|', at); // e is late: d has moved the watermark to 11
      const subs = '        ^-------------!';
      const expected = '    ------P--Q----(R|)';
      const counts = source.pipe(
        withWatermark((s) => s * 1000, 0),
        window('5 seconds', ms),
        count(),
        select((row) => `${row.window.start / 1000}:${row.count}`),
      );
      expectObservable(counts).toBe(expected, { P: '0:2', Q: '5:1', R: '10:1' });
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('update: every row its group, nothing again at the end', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold(' a-bc-|', { a: 'x', b: 'y', c: 'x' });
      const expected = '    p-qr-|';
      const counts = source.pipe(
        groupByKey((word) => word),
        count(),
        outputMode('update'),
        select((row) => `${row.key}${row.count}`),
      );
      expectObservable(counts).toBe(expected, { p: 'x1', q: 'y1', r: 'x2' });
      expectObservable(counts).toBe(expected, { p: 'x1', q: 'y1', r: 'x2' });
    });
  });

  it('several windows that close at once come out in order of time', () => {
    runMarbles(({ hot, expectObservable }) => {
      const source = hot('  a-c-f-|', at);
      const expected = '    --P-Q-(R|)';
      const starts = source.pipe(
        withWatermark((s) => s * 1000, 0),
        window('5 seconds', ms),
        aggregate((rows) => ({ all: rows.collectList((s) => s) })),
        select((row) => row.all.join()),
      );
      expectObservable(starts).toBe(expected, { P: '1', Q: '6', R: '20' });
    });
  });

  it('sessions merge behind an RxJS operator as they do without', () => {
    runMarbles(({ hot, expectObservable }) => {
      const source = hot('  a-b-f-|', at); // 1 and 4 are one session of gap 5, until 9
      const expected = '    ----P-(Q|)';
      const sessions = source.pipe(
        withWatermark((s) => s * 1000, 0),
        groupByKey(() => 'k'),
        sessionWindow('5 seconds', ms),
        filter((row) => row.value > 0),
        count(),
        select((row) => [row.window.start / 1000, row.window.end / 1000, row.count].join()),
      );
      expectObservable(sessions).toBe(expected, { P: '1,9,2', Q: '20,25,1' });
    });
  });

  it('windows hold behind an RxJS operator too, as the rows bring them', () => {
    runMarbles(({ hot, expectObservable }) => {
      const source = hot('  a-b-c-|', at);
      const expected = '    ----P-(QR|)';
      const counts = source.pipe(
        withWatermark((s) => s * 1000, 0),
        window('10 seconds', { slide: '5 seconds', ...ms }),
        filter((row) => row.value !== 4 || row.window.start === 0),
        count(),
        select((row) => [row.window.start / 1000, row.window.end / 1000, row.count].join()),
      );
      expectObservable(counts).toBe(expected, { P: '-5,5,1', Q: '0,10,3', R: '5,15,1' });
    });
  });

  it('passes errors on, and takes no more rows after an early unsubscribe', () => {
    runMarbles(({ hot, expectObservable, expectSubscriptions }) => {
      const failing = hot(' a-#', at);
      const pipe = [withWatermark((s: number) => s * 1000, 0), window('5 seconds', ms)] as const;
      expectObservable(failing.pipe(...pipe, count())).toBe('--#');
      const source = hot('  a-f-f-|', at);
      const unsub = '       ---!';
      const subs = '        ^--!';
      const expected = '    --P-';
      const counts = source.pipe(
        ...pipe,
        count(),
        select((row) => row.count),
      );
      expectObservable(counts, unsub).toBe(expected, { P: 1 });
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });
});
