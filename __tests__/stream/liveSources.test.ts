import {
  asapScheduler,
  config,
  firstValueFrom,
  lastValueFrom,
  of,
  type SchedulerLike,
  Subject,
  type Subscription,
  skip,
  take,
  tap,
  toArray,
} from 'rxjs';
import type { MaybePromise } from '../../lib/maybe.js';
import type { RowChunks, Source, StreamSource } from '../../lib/sources/source.js';
import { openLive } from '../../lib/stream/openLive.js';
import { readStream } from '../../lib/stream/readStream.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { transformWithState } from '../../operators/transformWithState.js';

/** A source that answers later, as files do: its rows are the numbers up to `newest()`. */
function numbersUpTo(
  newest: () => number,
  own: {
    readonly opened?: (source: Source<number>) => MaybePromise<Source<number>>;
    readonly read?: (rows: readonly number[]) => RowChunks<number>;
    readonly close?: () => MaybePromise<void>;
    readonly completed?: boolean;
  } = {},
) {
  const source = {
    isClosed: false,
    pollIntervalMs: 1,
    latestOffset: () => Promise.resolve(newest()),
    read: (after: number | null, upTo: number) => {
      const rows = Array.from({ length: upTo - (after ?? 0) }, (_, i) => (after ?? 0) + i + 1);
      return own.read?.(rows) ?? later(rows);
    },
    commit: () => undefined,
    close: () => {
      source.isClosed = true;
      return own.close?.();
    },
    fixEnd: () => undefined,
    completed: own.completed ?? false,
  };
  const description: StreamSource<number> = {
    kind: 'numbers',
    description: 'numbers',
    replayable: true,
    open: () => own.opened?.(source) ?? source,
  };
  return { source, rows: readStream(description) };
}

async function* later(rows: readonly number[]) {
  for (const row of rows) yield await Promise.resolve([row]);
}

it('asks a source that polls again, and gives each row once', async () => {
  let asked = 0;
  const { source, rows } = numbersUpTo(() => Math.min(3, ++asked));
  expect(await firstValueFrom(rows.pipe(take(3), toArray()))).toEqual([1, 2, 3]);
  expect(source.isClosed).toBe(true);
});

it('holds one timer at a time, however often a source has been asked', async () => {
  const timers: Subscription[] = [];
  const clock: SchedulerLike = {
    now: () => 0,
    schedule: (...[work, , state]: Parameters<SchedulerLike['schedule']>) => {
      const timer = asapScheduler.schedule(work, 0, state);
      timers.push(timer);
      return timer;
    },
  };
  let asked = 0;
  const { source } = numbersUpTo(() => Math.floor(++asked / 2)); // nothing new each second time
  const description = { kind: 'numbers', description: 'numbers', replayable: true };
  const rows = openLive<number>({ ...description, open: () => source }, clock);
  const open = () => timers.filter((timer) => !timer.closed).length;
  await firstValueFrom(
    rows.pipe(
      skip(20),
      tap(() => expect(open()).toBeLessThan(2)),
    ),
  );
  expect(open()).toBe(0);
});

it('closes a source that was still being opened when its subscriber left', async () => {
  const opening = new Subject<Source<number>>();
  let asked = 0;
  const { source, rows } = numbersUpTo(() => ++asked, { opened: () => firstValueFrom(opening) });
  const subscription = rows.subscribe();
  subscription.unsubscribe();
  opening.next(source as unknown as Source<number>);
  await Promise.resolve().then(() => undefined);
  await new Promise(setImmediate);
  expect(source.isClosed).toBe(true);
  expect(asked).toBe(0);
});

it('ends the reading of a source of which a chunk is no array', async () => {
  let isEnded = false;
  async function* broken() {
    try {
      yield await Promise.resolve([1]);
      yield 2 as unknown as number[];
    } finally {
      isEnded = true;
    }
  }
  const { source, rows } = numbersUpTo(() => 2, { read: broken });
  const failure = await firstValueFrom(rows.pipe(toArray())).catch((error: unknown) => error);
  expect(failure).toEqual(
    new TypeError('read() gave number as a chunk: a chunk is an array of rows'),
  );
  expect(isEnded).toBe(true);
  expect(source.isClosed).toBe(true);
});

it('ends the reading of rows that nobody takes any more', async () => {
  let isEnded = false;
  async function* endless() {
    try {
      for (let row = 1; ; row++) yield await Promise.resolve([row]);
    } finally {
      isEnded = true;
    }
  }
  const { source, rows } = numbersUpTo(() => 1, { read: endless });
  expect(await firstValueFrom(rows.pipe(take(2), toArray()))).toEqual([1, 2]);
  await new Promise(setImmediate);
  expect(isEnded).toBe(true);
  expect(source.isClosed).toBe(true);
});

describe('what cannot be closed', () => {
  const problem = new Error('the broker is gone');
  const closings: [string, () => MaybePromise<void>][] = [
    ['throws', fails],
    ['rejects', () => Promise.reject(problem)],
  ];
  function fails(): never {
    throw problem;
  }
  let unheard: unknown[];
  beforeEach(() => {
    unheard = [];
    config.onUnhandledError = (error) => unheard.push(error);
  });
  afterEach(() => {
    config.onUnhandledError = null;
  });

  it.each(closings)('fails the subscriber of its last row: close %s', async (_how, close) => {
    const { rows } = numbersUpTo(() => 2, { close, completed: true });
    const got: number[] = [];
    const ended = lastValueFrom(rows.pipe(tap((row) => got.push(row))));
    expect(await ended.catch((error: unknown) => error)).toBe(problem);
    expect(got).toEqual([1, 2]);
    expect(unheard).toEqual([]);
  });

  it.each(closings)('is reported when the subscriber has left: close %s', async (_how, close) => {
    const { rows } = numbersUpTo(() => 2, { close });
    expect(await firstValueFrom(rows)).toBe(1);
    await new Promise(setImmediate);
    expect(unheard).toEqual([problem]);
  });

  it.each(closings)(
    'is reported when the subscriber left before it was open: close %s',
    async (_how, close) => {
      const opening = new Subject<Source<number>>();
      const { source, rows } = numbersUpTo(() => 1, {
        close,
        opened: () => firstValueFrom(opening),
      });
      rows.subscribe().unsubscribe();
      opening.next(source as unknown as Source<number>);
      await new Promise(setImmediate);
      expect(unheard).toEqual([problem]);
    },
  );

  it.each(closings)('does not hide the error that it ended with: close %s', async (_how, close) => {
    const first = new Error('no such topic');
    const { source, rows } = numbersUpTo(
      () => {
        throw first;
      },
      { close },
    );
    expect(await firstValueFrom(rows).catch((error: unknown) => error)).toBe(first);
    await new Promise(setImmediate);
    expect(source.isClosed).toBe(true);
    expect(unheard).toEqual([]);
  });

  it('is reported of a state function when the subscription has completed', () => {
    const got: unknown[] = [];
    of('a')
      .pipe(
        groupByKey((key) => key),
        transformWithState({
          timeMode: 'none',
          init: () => 0,
          handleInputRows: (key) => [key],
          close: () => {
            throw problem;
          },
        }),
      )
      .subscribe({ next: (row) => got.push(row), complete: () => got.push('completed') });
    expect(got).toEqual(['a', 'completed']);
    expect(unheard).toEqual([expect.objectContaining({ errors: [problem] })]);
  });

  it('is said on the console where RxJS has not been told what to do', async () => {
    config.onUnhandledError = null;
    const said: unknown[][] = [];
    const { error: log } = console;
    console.error = (...words) => said.push(words);
    try {
      const { rows } = numbersUpTo(() => 2, { close: fails });
      await firstValueFrom(rows);
      await new Promise(setImmediate);
    } finally {
      console.error = log;
    }
    expect(said).toEqual([[expect.stringContaining('numbers could not be closed'), problem]]);
  });
});
