import { map, NEVER, type Observable } from 'rxjs';
import { count, readStream, select, union, window, withWatermark } from '../../index.js';
import { runMarbles } from './runMarbles.js';

/** Rows are their own event times; windows of 10 ms as 'start:count'. */
const options = { idleAfter: '20 milliseconds' } as const;
const timed = (rows: Observable<number>, idle = {}) =>
  readStream(rows).pipe(withWatermark((t: number) => t, 0, idle));
const counts = (rows: Observable<number>) =>
  rows.pipe(
    window('10 milliseconds', { timestamps: 'ms' }),
    count(),
    select((row) => `${row.window.start}:${row.count}`),
  );

const times = { a: 2, b: 15, c: 35, d: 4, e: 36, f: 47 };

// Each test ends because no timer outlives its subscription: virtual time would never run out.
describe('idleAfter in a live subscription', () => {
  it('lets the others go on when nothing has come for so long, at that instant', () => {
    runMarbles(({ hot, expectObservable }) => {
      const fast = hot<number>('  -a-b-------------------------', times);
      const slow = hot<number>('  -----------------------------', times);
      const live = counts(timed(fast).pipe(union(timed(slow, options))));
      expectObservable(live, '    ^---------------------------!').toBe(
        '                         --------------------x--------',
        { x: '0:1' },
      );
    });
  });

  it('counts again from the next row', () => {
    runMarbles(({ hot, expectObservable }) => {
      const fast = hot<number>('  -a-b---------------------f--', times);
      const slow = hot<number>('  ----------------------c-----', times);
      const live = counts(timed(fast).pipe(union(timed(slow, options))));
      // At 22 the slow one is back with 35: nothing rises. At 25 the watermark is 35, no longer 47.
      expectObservable(live, '    ^---------------------------!').toBe(
        '                         --------------------x----y---',
        { x: '0:1', y: '10:1' },
      );
    });
  });

  it('without it a silent stream holds back the others', () => {
    runMarbles(({ hot, expectObservable }) => {
      const fast = hot<number>('  -a-b-----------------------c', times);
      const live = counts(timed(fast).pipe(union(timed(NEVER))));
      expectObservable(live, '    ^---------------------------!').toBe(
        '-----------------------------',
      );
    });
  });

  it('when all are idle, the clock moves the watermark', () => {
    runMarbles(({ hot, expectObservable }) => {
      const rows = hot<number>('  -a----------------------------------', times);
      // Idle at 21, and 20 ms have passed since the row: the watermark is 22.
      expectObservable(counts(timed(rows, options)), '^------------------------!').toBe(
        '                         ---------------------x----',
        { x: '0:1' },
      );
    });
  });

  it.each([
    ['without idleAfter', {}],
    ['with idleAfter', options],
  ])('a source that has completed, %s, does not keep the clock from moving it', (_, idle) => {
    runMarbles(({ hot, expectObservable }) => {
      const rows = hot<number>('  -----e-------------------------', times);
      const past = hot<number>('  -a--|                          ', times);
      const live = counts(timed(rows, options).pipe(union(timed(past, idle))));
      // Alone since 4; idle at 25 with 36: the watermark is 56.
      expectObservable(live, '    ^------------------------------!').toBe(
        '                         -----x-------------------y-----',
        { x: '0:1', y: '30:1' },
      );
    });
  });

  it('counts rows above an RxJS operator', () => {
    runMarbles(({ hot, expectObservable }) => {
      const fast = hot<number>('  -a-b----d-----------------e-', times);
      const slow = hot<number>('  ----------------------------', times);
      const both = timed(fast).pipe(
        union(timed(slow, options)),
        map((t) => t),
      );
      expectObservable(counts(both), '^---------------------------!').toBe(
        '                         --------------------x-----y--',
        { x: '0:2', y: '10:1' },
      );
    });
  });
});
