import {
  catchError,
  defer,
  delay,
  filter,
  map,
  mergeMap,
  NEVER,
  type Observable,
  of,
  range,
  retry,
  Subject,
  share,
  take,
} from 'rxjs';
import {
  aggregate,
  between,
  count,
  DataStream,
  dropDuplicates,
  groupByKey,
  joinWith,
  outputMode,
  planOf,
  select,
  sessionWindow,
  union,
  where,
  window,
  withWatermark,
} from '../../index.js';
import { runMarbles } from './runMarbles.js';

/** A click: who, and its event time in ms. */
interface Click {
  readonly user: string;
  readonly at: number;
}

const click = (user: string, at: number): Click => ({ user, at });

/** Windows of 10 ms, nothing may be late. */
const perWindow = (clicks$: Observable<Click>) =>
  clicks$.pipe(
    withWatermark((c) => c.at, 0),
    window(10, { timestamps: 'ms' }),
    count(),
  );
const w = (start: number, n: number) => ({ window: { start, end: start + 10 }, count: n });

describe('a live subscription, in marbles', () => {
  it('emits a window in the frame in which the watermark passes its end', () => {
    runMarbles(({ cold, expectObservable }) => {
      const rows = { a: click('x', 1), b: click('x', 5), c: click('x', 10), d: click('x', 31) };
      const source = cold(' -a-b-c-d-|', rows);
      const values = { x: w(0, 2), y: w(10, 1), z: w(30, 1) };
      expectObservable(perWindow(source)).toBe('-----x-y-(z|)', values);
    });
  });

  it('counts rows that come out of order within the delay', () => {
    runMarbles(({ cold, expectObservable }) => {
      const rows = { a: click('x', 12), b: click('x', 3), c: click('x', 25) };
      const source = cold('-a-b-c|', rows);
      const counts = source.pipe(
        withWatermark((c: Click) => c.at, 10),
        window(10, { timestamps: 'ms' }),
        count(),
      );
      expectObservable(counts).toBe('-----x(yz|)', { x: w(0, 1), y: w(10, 1), z: w(20, 1) });
    });
  });

  it('drops a row whose window has ended at the watermark', () => {
    runMarbles(({ cold, expectObservable }) => {
      const rows = { a: click('x', 1), b: click('x', 20), c: click('x', 9), d: click('x', 40) };
      const source = cold('-a-b-c-d|', rows);
      expectObservable(perWindow(source)).toBe('---x---y(z|)', {
        x: w(0, 1),
        y: w(20, 1),
        z: w(40, 1),
      });
    });
  });

  it('takes several rows in one frame', () => {
    runMarbles(({ cold, expectObservable }) => {
      const rows = { a: click('x', 1), b: click('x', 2), c: click('x', 10) };
      const source = cold('-(abc)|', rows);
      expectObservable(perWindow(source)).toBe('-x----(y|)', {
        x: w(0, 2),
        y: w(10, 1),
      });
    });
  });

  it('closes several windows at once, in order of time', () => {
    runMarbles(({ cold, expectObservable }) => {
      const rows = { a: click('x', 1), b: click('x', 11), c: click('x', 50) };
      const source = cold('-(ab)-c-------|', rows).pipe(
        withWatermark((c: Click) => c.at, 20),
        window(10, { timestamps: 'ms' }),
        count(),
      );
      expectObservable(source, '---------!').toBe('------(xy)', { x: w(0, 1), y: w(10, 1) });
    });
  });

  it('flushes what is open when the source completes', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('-a|', { a: click('x', 1) });
      expectObservable(perWindow(source)).toBe('--(x|)', { x: w(0, 1) });
    });
  });

  it('of nothing gives nothing, and completes', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(perWindow(cold<Click>('--|'))).toBe('--|');
    });
  });

  it('never ends with a source that never does', () => {
    runMarbles(({ expectObservable }) => {
      expectObservable(perWindow(NEVER)).toBe('-');
    });
  });

  it('passes an error on and gives no open window', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('-a-#', { a: click('x', 1) });
      expectObservable(perWindow(source)).toBe('---#');
    });
  });

  it('hands on what a function of the user throws, untouched', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b|');
      const thrown = new RangeError('b');
      const failing = source.pipe(
        select((row: string) => {
          if (row === 'b') throw thrown;
          return row;
        }),
      );
      expectObservable(failing).toBe('-a-#', undefined, thrown);
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('an early unsubscribe tears everything down', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -a-b-c-d-|', { a: 1, b: 2, c: 3, d: 4 });
      const unsubscribe = '  ----!';
      const doubled = source.pipe(select((n: number) => n * 2));
      expectObservable(doubled, unsubscribe).toBe('-x-y-', { x: 2, y: 4 });
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  it('take ends the source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-c|', { a: 1, b: 2, c: 3 });
      const first = source.pipe(
        where((n: number) => n > 1),
        take(1),
      );
      expectObservable(first).toBe('---(b|)', { b: 2 });
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('the same pipe value subscribed twice counts twice from the beginning', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('-a-a|');
      const counts = source.pipe(
        groupByKey((user: string) => user),
        count(),
        outputMode('update'),
      );
      const expected = { x: { key: 'a', count: 1 }, y: { key: 'a', count: 2 } };
      expectObservable(counts).toBe('-x-y|', expected);
      expectObservable(counts, '--^').toBe('---x-y|', expected);
    });
  });

  it('update mode emits a group each time it changes', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('a-b-a-|');
      const counts = source.pipe(
        groupByKey((user: string) => user),
        count(),
        outputMode('update'),
      );
      expectObservable(counts).toBe('x-y-z-|', {
        x: { key: 'a', count: 1 },
        y: { key: 'b', count: 1 },
        z: { key: 'a', count: 2 },
      });
    });
  });

  it('a session ends when nothing came for its gap', () => {
    runMarbles(({ cold, expectObservable }) => {
      const rows = { a: click('x', 0), b: click('x', 4), c: click('x', 30) };
      const source = cold('-a-b-c|', rows).pipe(
        withWatermark((c: Click) => c.at + 1, 0),
        groupByKey((c: Click) => c.user),
        sessionWindow(5, { timestamps: 'ms' }),
        aggregate((all) => ({ n: all.count() })),
      );
      expectObservable(source).toBe('-----x(y|)', {
        x: { key: 'x', window: { start: 1, end: 10 }, n: 2 },
        y: { key: 'x', window: { start: 31, end: 36 }, n: 1 },
      });
    });
  });

  it('a duplicate does not come through', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('a-b-a-c|').pipe(dropDuplicates())).toBe('a-b---c|');
    });
  });

  it('two streams: the slower one holds the watermark back, until it completes', () => {
    runMarbles(({ cold, expectObservable }) => {
      const timed = (rows$: Observable<number>) => rows$.pipe(withWatermark((n) => n, 0));
      const first = cold(' -a-b-----|', { a: 1, b: 100 });
      const second = cold('-c---|', { c: 2 });
      const counts = timed(first).pipe(
        union(timed(second)),
        window(10, { timestamps: 'ms' }),
        count(),
      );
      expectObservable(counts).toBe('-----x---(y|)', { x: w(0, 2), y: w(100, 1) });
    });
  });

  it('joins two streams within a bound of time', () => {
    runMarbles(({ cold, expectObservable }) => {
      const left = cold(' -a---|', { a: { id: 1, at: 10 } }).pipe(withWatermark((r) => r.at, 0));
      const right = cold('---b--|', { b: { id: 1, at: 12 } }).pipe(withWatermark((r) => r.at, 0));
      const joined = left.pipe(
        joinWith(right, {
          type: 'inner',
          on: 'id',
          within: between(-5, 5),
          select: (l, r) => [l.at, r.at],
        }),
      );
      expectObservable(joined).toBe('---x--|', { x: [10, 12] });
    });
  });

  it('an outer row comes when no partner can come any more', () => {
    runMarbles(({ cold, expectObservable }) => {
      const left = cold(' -a---b|', { a: { id: 1, at: 10 }, b: { id: 2, at: 40 } }).pipe(
        withWatermark((r) => r.at, 0),
      );
      const right = cold('---c----|', { c: { id: 9, at: 30 } }).pipe(withWatermark((r) => r.at, 0));
      const joined = left.pipe(
        joinWith(right, {
          type: 'leftOuter',
          on: 'id',
          within: between(-5, 5),
          select: (l, r) => [l.id, r?.id ?? null],
        }),
      );
      expectObservable(joined).toBe('-----x--(y|)', { x: [1, null], y: [2, null] });
    });
  });

  it('asynchronous operators keep their virtual time', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('a-b|', { a: 1, b: 2 }).pipe(
        where((n: number) => n > 0),
        mergeMap((n) => of(n).pipe(delay(3))),
        select((n) => n * 10),
      );
      expectObservable(source).toBe('---x-(y|)', { x: 10, y: 20 });
    });
  });

  it('event time passes through RxJS operators that keep the row', () => {
    runMarbles(({ cold, expectObservable }) => {
      const rows = { a: click('x', 1), b: click('y', 5), c: click('x', 30) };
      const counts = cold('-a-b-c|', rows).pipe(
        withWatermark((c: Click) => c.at, 0),
        filter((c) => c.user === 'x'),
        delay(1),
        window(10, { timestamps: 'ms' }),
        count(),
      );
      // The watermark passes at once; `delay` holds back the rows alone.
      expectObservable(counts).toBe('-----x(y|)', { x: w(0, 1), y: w(30, 1) });
    });
  });

  it('a new row from an asynchronous operator has no event time: refused where one is needed', () => {
    runMarbles(({ cold, expectObservable }) => {
      const counts = cold('a|', { a: click('x', 1) }).pipe(
        withWatermark((c: Click) => c.at, 0),
        mergeMap((c) => of({ ...c }).pipe(delay(1))),
        window(10, { timestamps: 'ms' }),
        count(),
        catchError((error: { code: string }) => of(error.code)),
      );
      expectObservable(counts).toBe('-(x|)', { x: 'RX_ROW_WITHOUT_EVENT_TIME' });
    });
  });

  it('retry builds the stages above it anew', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-a-#');
      const counts = source.pipe(
        groupByKey((user: string) => user),
        count(),
        outputMode('update'),
        retry(1),
        map((row) => row.count),
      );
      expectObservable(counts).toBe('a-b-a-b-#', { a: 1, b: 2 });
      expectSubscriptions(source.subscriptions).toBe(['^---!', '----^---!']);
    });
  });

  it.each([
    ['begins anew with what is above retry', true, '--x-(y|)'],
    ['stays where operators below retry have judged by it', false, '----(z|)'],
  ])('the watermark %s', (_, retryLast, expected) => {
    runMarbles(({ cold, expectObservable }) => {
      let first = true;
      const rows = defer(() => {
        const now = first ? cold('e#', { e: 40 }) : cold('-a-b-|', { a: 1, b: 12 });
        first = false;
        return now;
      });
      const timed = rows.pipe(withWatermark((t: number) => t, 0));
      const tens = window('10 milliseconds', { timestamps: 'ms' });
      const counts = retryLast
        ? timed.pipe(tens, count(), retry(1))
        : timed.pipe(retry(1), tens, count());
      const starts = counts.pipe(map((row) => row.window.start));
      expectObservable(starts).toBe(`--${expected}`, { x: 0, y: 10, z: 40 });
    });
  });

  it('share runs one set of stages for two subscribers', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-b-|', { a: 1, b: 2 });
      const shared = source.pipe(
        select((n: number) => n + 1),
        share(),
      );
      expectObservable(shared).toBe('a-b-|', { a: 2, b: 3 });
      expectObservable(shared, '-^').toBe('--b-|', { b: 3 });
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  it('an endless synchronous source ends with take', () => {
    const seen: number[] = [];
    range(0, Number.MAX_SAFE_INTEGER)
      .pipe(
        where((n) => n % 2 === 0),
        take(3),
      )
      .subscribe((n) => seen.push(n));
    expect(seen).toEqual([0, 2, 4]);
  });
});

it('each row is a batch to the state: its figures begin anew, and nothing of the rows before is kept', () => {
  const updated: number[] = [];
  const rows$ = new Subject<number>();
  rows$.pipe(counting(updated)).subscribe();
  for (const row of [1, 2, 3]) rows$.next(row);
  expect(updated).toEqual([1, 1, 1]);
});

/** Keeps each row at a time of its own, and notes what its state says of the batch. */
function counting(updated: number[]): (source: Observable<number>) => Observable<number> {
  return (source) =>
    new DataStream<number>({
      kind: 'counting',
      inputs: [planOf(source)],
      traits: { stateful: true },
      stage: (ctx, out) => {
        const kept = ctx.state.timed<true>('kept');
        return {
          next: (row) => void kept.insert(row as number, row, true),
          endBatch: () => {
            updated.push(ctx.state.metrics.numRowsUpdated);
            out.endBatch();
          },
        };
      },
    });
}
