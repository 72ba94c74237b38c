import type { Observable } from 'rxjs';
import { aggregate } from '../../operators/aggregate.js';
import { count } from '../../operators/count.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { sessionWindow } from '../../operators/sessionWindow.js';
import { atSeconds, type HarnessOptions, OperatorHarness } from './operatorHarness.js';

interface Session {
  readonly key: string;
  readonly window: { readonly start: number; readonly end: number };
  readonly n: number;
  readonly list: readonly string[];
}

interface Word {
  readonly word: string;
  readonly gap?: number | string | null;
}

type Words = Observable<Word>;

/** Sessions of words, gap 10 s, with the order-minding list as well. */
function sessions(options: HarnessOptions, ordered = true) {
  const run = new OperatorHarness<Word, Session>(
    (s: Words) =>
      s.pipe(
        groupByKey((w) => w.word.slice(0, 1)),
        sessionWindow((w) => ('gap' in w ? w.gap : '10 seconds'), { timestamps: 'ms' }),
        aggregate((rows) => ({
          n: rows.count(),
          ...(ordered
            ? { list: rows.collectList((w) => w.word) }
            : { most: rows.max((w) => w.word) }),
        })),
      ) as never,
    options,
  );
  const batch = (rows: readonly (readonly [string, number])[], late = 0, evict = late) => {
    const given = atSeconds(...rows.map(([word, at]) => [{ word }, at] as const));
    const out = run.batch({ rows: given, late: late * 1000, evict: evict * 1000 });
    return {
      rows: out.rows.map((row) => [row.key, row.window.start / 1000, row.window.end / 1000, row.n]),
      lists: out.rows.map((row) => row.list?.join(' ')),
      times: out.times,
      late: out.late,
      total: run.total,
    };
  };
  return { run, batch };
}

const append = { delayMs: 0 } as const;
const complete = { delayMs: 0, outputMode: 'complete' } as const;

describe.each([
  ['in order of time', true],
  ['row by row', false],
])('sessionWindow, folded %s', (_name, ordered) => {
  it('emits a session when its end <= the eviction watermark, with end - ½ ms', () => {
    const { batch } = sessions(append, ordered);
    expect(
      batch([
        ['a', 5],
        ['a', 1],
        ['b', 9],
      ]),
    ).toMatchObject({ rows: [], total: 2 });
    expect(batch([], 0, 14.999).rows).toEqual([]);
    expect(batch([], 0, 19)).toMatchObject({
      rows: [
        ['a', 1, 15, 2],
        ['b', 9, 19, 1],
      ],
      times: [14_999.5, 18_999.5],
      total: 0,
    });
  });

  it('a row that touches a session joins it, 1 ms further it does not', () => {
    const { batch } = sessions(append, ordered);
    batch([['a', 0]]);
    expect(batch([['a', 10]]).total).toBe(1);
    expect(batch([['a', 20.001]]).total).toBe(2);
    expect(batch([], 0, 100).rows).toEqual([
      ['a', 0, 20, 2],
      ['a', 20.001, 30.001, 1],
    ]);
  });

  it('a row bridges stored sessions into one, within a batch and over batches', () => {
    const { batch } = sessions(append, ordered);
    expect(
      batch([
        ['a', 0],
        ['a', 40],
        ['a', 20],
      ]).total,
    ).toBe(3);
    expect(batch([['a', 10]]).total).toBe(2);
    expect(batch([['a', 30]]).total).toBe(1);
    expect(batch([], 0, 50).rows).toEqual([['a', 0, 50, 5]]);
  });

  it('a row inside a session changes no bound', () => {
    const { batch } = sessions(append, ordered);
    batch([
      ['a', 0],
      ['a', 8],
    ]);
    batch([['a', 3]]);
    expect(batch([], 0, 18).rows).toEqual([['a', 0, 18, 3]]);
  });

  it('a row before a session moves its start', () => {
    const { batch } = sessions(append, ordered);
    batch([['a', 10]]);
    batch([['a', 2]]);
    expect(batch([], 0, 20)).toMatchObject({ rows: [['a', 2, 20, 2]], total: 0 });
  });

  it('judges a row as late by the session it would be alone, though an open one would take it', () => {
    const { batch } = sessions(append, ordered);
    batch([['a', 5]]);
    const out = batch(
      [
        ['ab', 0],
        ['ac', 0.001],
      ],
      10,
      10,
    );
    expect(out.late).toEqual([{ word: 'ab' }]);
    expect(batch([], 10, 15).rows).toEqual([['a', 0.001, 15, 2]]);
  });

  it('filters late rows in complete mode as well, and keeps all sessions', () => {
    const { batch } = sessions(complete, ordered);
    expect(
      batch([
        ['a', 20],
        ['b', 20],
      ]).rows,
    ).toHaveLength(2);
    const out = batch(
      [
        ['a', 5],
        ['a', 25],
      ],
      15,
      15,
    );
    expect(out.late).toHaveLength(1);
    expect(out.rows).toEqual([
      ['b', 20, 30, 1],
      ['a', 20, 35, 2],
    ]);
    expect(batch([], 99, 99)).toMatchObject({ total: 2 });
  });

  it('emits in one batch what it takes in, where that is due already', () => {
    const { batch } = sessions(append, ordered);
    expect(batch([['a', 1]], 5, 30)).toMatchObject({ rows: [['a', 1, 11, 1]], total: 0 });
    // Nothing is left of the key: the same sessions again start anew.
    expect(batch([['a', 21]], 30, 31)).toMatchObject({ rows: [['a', 21, 31, 1]], total: 0 });
  });

  it('goes on after a restart, and flushes at the end', () => {
    const { run, batch } = sessions(append, ordered);
    batch([['a', 1]]);
    run.restart();
    batch([['a', 8]]);
    run.restart();
    const out = run.batch({ closing: true });
    expect(out.rows).toMatchObject([{ key: 'a', window: { start: 1000, end: 18_000 }, n: 2 }]);
    expect(run.total).toBe(0);
  });

  it('takes gaps per row: null, 0, negative and times that are null leave the row out', () => {
    const { run } = sessions(append, ordered);
    const at = (gap: number | string | null, word = 'a') => [{ word, gap }, 1000] as const;
    const out = run.batch({
      rows: [
        at(null),
        at(0),
        at(-5),
        at('0 seconds'),
        [{ word: 'a', gap: 5 }, null],
        at(7),
        at('5 milliseconds'),
      ],
      closing: true,
    });
    expect(out.rows).toMatchObject([{ window: { start: 1000, end: 1007 }, n: 2 }]);
    expect(out.metrics.get('numRowsWithoutSession')).toBe(5);
  });
});

describe('sessionWindow', () => {
  it('orders the rows of a batch by time, stored sessions first among equals', () => {
    const { batch } = sessions(append);
    batch([['a:old', 5]]);
    batch([
      ['a:7', 7],
      ['a:4', 4],
      ['a:3', 3],
      ['a:5', 5],
    ]);
    expect(batch([], 0, 100).lists).toEqual(['a:3 a:4 a:old a:5 a:7']);
  });

  it('keeps rows of one span together among equal starts', () => {
    const { run } = sessions(append);
    const row = (word: string, gap: number) => [{ word, gap }, 1000] as const;
    const out = run.batch({ rows: [row('a1', 2), row('a2', 4), row('a3', 2)], closing: true });
    expect(out.rows[0]?.list).toEqual(['a1', 'a3', 'a2']);
  });

  it('refuses update mode, no key, and a time that is not there', () => {
    const plan = (build: (s: Words) => Observable<unknown>, options: HarnessOptions = append) =>
      new OperatorHarness<Word, unknown>(build, options);
    const keyed = plan((s) => s.pipe(groupByKey('word'), sessionWindow('5 seconds'), count()));
    expect(() => keyed.validate('append')).not.toThrow();
    expect(() => keyed.validate('complete')).not.toThrow();
    expect(() => keyed.validate('update')).toThrow(
      expect.objectContaining({ code: 'SESSION_MODE' }),
    );
    const keyless = plan((s) => s.pipe(sessionWindow('5 seconds'), count()));
    const needsKey = expect.objectContaining({ code: 'SESSION_NEEDS_KEY' });
    expect(() => keyless.validate('append')).toThrow(needsKey);
    expect(() => keyless.validate('complete')).toThrow(needsKey);
    const timeless = plan(
      (s) => s.pipe(groupByKey('word'), sessionWindow('5 seconds'), count()),
      {},
    );
    expect(() => timeless.validate('complete')).toThrow(
      expect.objectContaining({ code: 'WINDOW_NEEDS_TIME' }),
    );
    expect(keyed.plan.operatorName).toBe('sessionWindowStateStoreSaveExec');
    expect(keyed.plan.label).toBe('key, session 5 seconds: count = count');
  });

  it('refuses a constant gap that is not positive, and months', () => {
    expect(() => sessionWindow(0)).toThrow('sessionWindow gap must be longer than 0 ms');
    expect(() => sessionWindow('-1 seconds')).toThrow(RangeError);
    expect(() => sessionWindow('1 month')).toThrow('may not use months');
    expect(() => sessionWindow(5, { timestamps: 'iso' as never })).toThrow(RangeError);
  });

  it('shows each row with its own session to a subscriber', () => {
    const run = new OperatorHarness<Word, unknown>((s) =>
      s.pipe(groupByKey('word'), sessionWindow(5)),
    );
    const out = run.batch({
      rows: [
        [{ word: 'a' }, 1000],
        [{ word: 'b' }, null],
      ],
    });
    const window = { start: new Date(1000), end: new Date(1005) };
    expect(out.rows).toEqual([{ key: 'a', window, value: { word: 'a' } }]);
  });
});
