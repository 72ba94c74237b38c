import * as rx from 'rxjs';
import { BehaviorSubject, filter, type Observable, type OperatorFunction, of, Subject } from 'rxjs';
import { explode, joinWith, where } from '../../index.js';

type Numbers = OperatorFunction<number, number>;

/** What the subscriber and the pipe itself tell, in order. `keep` lets all pass. */
type Story = (keep: () => Numbers, spread: () => OperatorFunction<number[], number>) => unknown[];

function told(
  build: (tell: (what: unknown) => void) => Observable<unknown>,
  answer: (value: unknown) => void = () => undefined,
): unknown[] {
  const story: unknown[] = [];
  build((what) => story.push(what)).subscribe({
    next: (value) => {
      story.push(value);
      answer(value);
    },
    complete: () => story.push('complete'),
  });
  return story;
}

const stories: Readonly<Record<string, Story>> = {
  'the rows of an inner Observable': (keep) =>
    told(() =>
      of(1, 2, 3, 4).pipe(
        keep(),
        rx.groupBy((n) => n % 2),
        rx.mergeMap((group) => group.pipe(rx.toArray())),
      ),
    ),
  'inner Observables of one burst': (_, spread) =>
    told(() =>
      of([1, 2, 3, 4, 5]).pipe(
        spread(),
        rx.windowCount(2),
        rx.mergeMap((window) => window.pipe(rx.toArray())),
      ),
    ),
  'an end from below in the middle of a burst': (_, spread) => {
    const stop = new Subject<void>();
    return told(
      () => of([1, 2, 3, 4]).pipe(spread(), rx.takeUntil(stop)),
      (n) => n === 2 && stop.next(),
    );
  },
  'a value from below for the next row': (keep) => {
    const sum = new BehaviorSubject(0);
    return told(() =>
      of(1, 2, 3, 4).pipe(
        keep(),
        rx.withLatestFrom(sum),
        rx.map(([n, before]) => n + before),
        keep(),
        rx.tap((next) => sum.next(next)),
      ),
    );
  },
  'two parts, each between RxJS operators': (keep, spread) =>
    told((tell) =>
      of([1, 2], [3]).pipe(
        spread(),
        rx.tap((n) => tell(`above ${n}`)),
        keep(),
        rx.tap((n) => tell(`below ${n}`)),
      ),
    ),
  'what the subscriber pushes into the source': (keep) => {
    const source = new Subject<number>();
    const story = told(() =>
      source.pipe(
        keep(),
        rx.map((n) => n * 2),
        keep(),
        // A stage that is in the middle of a row goes on first; a bare Subject does not.
        rx.observeOn(rx.queueScheduler),
        rx.tap((n) => n < 8 && source.next(n)),
      ),
    );
    source.next(1);
    return story;
  },
  'an operator that feeds itself': (keep) =>
    told(() =>
      of(1).pipe(
        keep(),
        rx.expand((n) => (n < 4 ? of(n + 1) : rx.EMPTY)),
        keep(),
      ),
    ),
  'sources again': (keep) =>
    told(() => {
      let tries = 0;
      const flaky = rx.map((n: number) => {
        if (n === 2 && tries++ < 2) throw new Error('not yet');
        return n;
      });
      return of(1, 2, 3).pipe(flaky, keep(), rx.retry(2), keep(), rx.repeat(2));
    }),
  'two subscribers of one stream': (keep) => {
    const source = new Subject<number>();
    const shared = source.pipe(keep(), rx.share());
    const story: unknown[] = [];
    shared.subscribe((n) => story.push(`first ${n}`));
    shared.subscribe((n) => story.push(`second ${n}`));
    source.next(1);
    source.next(2);
    return story;
  },
};

describe('RxJS operators behind ones of Millrace, live', () => {
  it.each(Object.entries(stories))('%s come as in RxJS', (_name, story) => {
    const ours = story(
      () => where(() => true),
      () => explode((rows) => rows),
    );
    const expected = story(
      () => filter(() => true),
      () => rx.mergeMap((rows) => rows),
    );
    expect(ours).toEqual(expected);
    expect(expected.length).toBeGreaterThan(1);
  });
});

it('rows for a part that waits for its table keep their order, and the end comes behind them', async () => {
  const source = new Subject<number[]>();
  const story: unknown[] = [];
  const ended = source
    .pipe(
      explode((rows) => rows),
      rx.tap((n) => story.push(`above ${n}`)),
      joinWith(async () => [{ id: 1 }, { id: 2 }, { id: 3 }], {
        type: 'inner',
        on: [(n) => n, ({ id }) => id],
        select: (n) => n,
      }),
    )
    .forEach((n) => void story.push(n));
  source.next([1, 2]);
  source.next([3]);
  source.complete();
  await ended;
  expect(story).toEqual(['above 1', 'above 2', 1, 2, 'above 3', 3]);
});
