import { delay, from, lastValueFrom, type Observable, of, Subject, throwError } from 'rxjs';
import { writeStream } from '../../lib/query/writeStream.js';
import { memorySink } from '../../lib/sinks/memorySink.js';
import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import {
  addData,
  checkNewAnswer,
  expectFailure,
  processAllAvailable,
  testStream,
} from '../../lib/testing/index.js';
import { joinWith, type StaticJoinType } from '../../operators/joinWith.js';
import { limit } from '../../operators/limit.js';
import {
  type StaticBatch,
  type StaticInput,
  type StaticRows,
  staticRows,
} from '../../operators/staticRows.js';

interface Click {
  readonly k: string | null;
}

interface Label {
  readonly k: string | null;
  readonly label: number;
}

const labels: readonly Label[] = [
  { k: 'a', label: 1 },
  { k: 'a', label: 2 },
  { k: 'b', label: 3 },
  { k: null, label: 4 },
];
const [a, b, c, none]: readonly Click[] = [{ k: 'a' }, { k: 'b' }, { k: 'c' }, { k: null }];

describe('join of a stream with a table', () => {
  it.each<[StaticJoinType, unknown[]]>([
    ['inner', ['a1', 'a2', 'b3']],
    ['leftOuter', ['a1', 'a2', 'b3', 'c-', '--']],
    ['leftSemi', ['a-', 'b-']],
    ['leftAnti', ['c-', '--']],
  ])('%s', (type, expected) => {
    const clicks = memoryStream<Click>();
    const joined = readStream(clicks).pipe(
      joinWith(labels, {
        type,
        on: 'k',
        select: (click, label) => `${click.k ?? '-'}${label?.label ?? '-'}`,
      }),
    );
    return testStream(joined)(addData(clicks, a, b, c, none), checkNewAnswer(...expected));
  });

  it('gives both sides by default, or the left row alone', () => {
    const clicks = memoryStream<Click>();
    const stream = readStream(clicks);
    const pairs = stream.pipe(joinWith(labels, { type: 'leftOuter', on: ['k'] }));
    const alone = stream.pipe(joinWith(labels, { type: 'leftAnti', on: [(l) => l.k, (r) => r.k] }));
    return testStream(pairs)(
      addData(clicks, b, c),
      checkNewAnswer({ left: b, right: labels[2] }, { left: c, right: null }),
    ).then(() => testStream(alone)(addData(clicks, c), checkNewAnswer(c, c)));
  });

  it('takes conditions of each side and of both', () => {
    const clicks = memoryStream<Click>();
    const joined = readStream(clicks).pipe(
      joinWith(labels, {
        type: 'leftOuter',
        on: 'k',
        leftWhere: (l) => l.k !== 'b',
        rightWhere: (r) => r.label !== 1,
        where: (l, r) => l.k !== 'c' && r.label > 0,
        select: (l, r) => [l.k, r?.label],
      }),
    );
    return testStream(joined)(
      addData(clicks, a, b, c),
      checkNewAnswer(['a', 2], ['b', undefined], ['c', undefined]),
    );
  });

  it('matches keys that are tuples, dates and structs', () => {
    const rows = memoryStream<{ readonly n: number }>();
    const keyOf = (n: number) => ({ at: new Date(n), parts: [n, 'x'] });
    const joined = readStream(rows).pipe(
      joinWith([1, 2], {
        type: 'inner',
        on: [(l) => keyOf(l.n), (r) => keyOf(r)],
        select: (l, r) => [l.n, r],
      }),
    );
    return testStream(joined)(addData(rows, { n: 2 }, { n: 3 }), checkNewAnswer([2, 2]));
  });

  it.each<[string, () => StaticInput<Label> | StaticRows<Label>]>([
    ['a promise', () => Promise.resolve(labels)],
    ['an Observable', () => staticRows(of(...labels))],
    ['an Observable that takes its time', () => staticRows(of(...labels).pipe(delay(1)))],
    ['a function', () => () => labels],
    ['a function that takes its time', () => () => Promise.resolve(labels)],
    ['a function that gives an Observable', () => () => of(...labels)],
    ['one that gives an Observable that takes its time', () => () => from(labels).pipe(delay(1))],
  ])('takes %s', async (_name, table) => {
    const clicks = memoryStream<Click>();
    const joined = readStream(clicks).pipe(
      joinWith(table(), { type: 'inner', on: 'k', select: (_l, r) => r.label }),
    );
    const rest = [addData(clicks, b), processAllAvailable, checkNewAnswer(3)];
    await testStream(joined)(...rest, ...rest);
  });

  it('asks a function in each batch, and keeps what did not change', () => {
    const clicks = memoryStream<Click>();
    const batches: StaticBatch[] = [];
    let keys = 0;
    const changing = [...labels];
    const joined = readStream(clicks).pipe(
      joinWith(
        (batch) => {
          batches.push(batch);
          return changing;
        },
        {
          type: 'inner',
          on: [
            (l) => l.k,
            (r) => {
              keys += 1;
              return r.k;
            },
          ],
          select: (_l, r) => r.label,
        },
      ),
    );
    return testStream(joined)(
      addData(clicks, b),
      checkNewAnswer(3),
      addData(clicks, b),
      checkNewAnswer(3),
      {
        name: 'a row more',
        run: () => {
          expect(keys).toBe(4);
          changing.push({ k: 'b', label: 5 });
        },
      },
      addData(clicks, b),
      checkNewAnswer(3, 5),
      { name: 'ids', run: () => expect(batches.map(({ batchId }) => batchId)).toEqual([0, 1, 2]) },
    );
  });

  it('fails the batch with what the table fails with', () => {
    const clicks = memoryStream<Click>();
    const stream = readStream(clicks);
    const failing = [
      staticRows<Label>(throwError(() => new RangeError('no table'))),
      () => Promise.reject(new RangeError('no table')),
    ];
    return Promise.all(
      failing.map((table) =>
        testStream(stream.pipe(joinWith(table, { type: 'inner', on: 'k' })))(
          expectFailure('BATCH_FAILED', addData(clicks, a)),
        ),
      ),
    );
  });

  it('leaves an Observable that has not completed when nobody waits for it any more', async () => {
    const table$ = new Subject<Label>();
    const clicks = new Subject<Click>();
    const joined = clicks.pipe(joinWith(staticRows(table$), { type: 'inner', on: 'k' }));
    const subscription = joined.subscribe();
    clicks.next(a as Click);
    expect(table$.observed).toBe(true);
    subscription.unsubscribe();
    expect(table$.observed).toBe(false);

    const query = writeStream(joined, { sink: memorySink(), rxTimeout: 1 });
    clicks.next(a as Click);
    await expect(query.awaitTermination()).rejects.toMatchObject({ cause: { code: 'NO_ANSWER' } });
    expect(table$.observed).toBe(false);

    staticRows(table$).subscribe().unsubscribe();
    expect(table$.observed).toBe(false);
  });

  it('in a live subscription rows wait for the table, in their order, and completion too', async () => {
    const clicks = new Subject<Click>();
    const rows: unknown[] = [];
    const done = clicks
      .pipe(
        joinWith(staticRows(of(...labels).pipe(delay(1))), {
          type: 'leftOuter',
          on: 'k',
          select: (l, r) => [l.k, r?.label],
        }),
        limit(3),
      )
      .forEach((row) => {
        rows.push(row);
      });
    for (const click of [b, c, b, a]) if (click) clicks.next(click);
    clicks.complete();
    expect(rows).toEqual([]);
    await done;
    expect(rows).toEqual([
      ['b', 3],
      ['c', undefined],
      ['b', 3],
    ]);
  });

  it('in a live subscription a table that fails is the error', async () => {
    const failing = () => Promise.reject(new RangeError('no table'));
    const joined = of({ k: 'a' }).pipe(
      joinWith(failing, { type: 'leftSemi', on: [(l) => l.k, () => 'a'] }),
    );
    await expect(lastValueFrom(joined)).rejects.toThrow('no table');
  });

  it('lets the table be the left side of inner and right outer joins', () => {
    const clicks = memoryStream<Click>();
    const joined = staticRows(labels).pipe(
      joinWith(readStream(clicks), {
        type: 'rightOuter',
        on: 'k',
        leftIsStatic: true,
        where: (label, click) => label.label !== 1 && click.k !== 'z',
        select: (label, click) => [label?.label, click.k],
      }),
    );
    return testStream(joined)(addData(clicks, a, c), checkNewAnswer([2, 'a'], [undefined, 'c']));
  });

  it('refuses types whose unmatched rows cannot be known', () => {
    const stream = readStream(memoryStream<Click>());
    const refused = [
      stream.pipe(joinWith(labels, { type: 'rightOuter' as never, on: 'k' })),
      stream.pipe(joinWith(labels, { type: 'fullOuter' as never, on: 'k' })),
      staticRows(labels).pipe(joinWith(stream, { type: 'leftOuter', on: 'k', leftIsStatic: true })),
      staticRows(labels).pipe(joinWith(stream, { type: 'leftSemi', on: 'k', leftIsStatic: true })),
    ];
    for (const joined of refused) {
      expect(() => start(joined)).toThrow(
        expect.objectContaining({ code: 'JOIN_TYPE_NOT_SUPPORTED' }),
      );
    }
    expect(() => start(stream.pipe(joinWith(labels, { type: 'inner', on: [] as never })))).toThrow(
      expect.objectContaining({ code: 'JOIN_NEEDS_EQUALITY' }),
    );
  });

  it('refuses bad arguments when it is built', () => {
    expect(() => joinWith(3 as never, { type: 'inner', on: 'k' } as never)).toThrow(
      /array of rows/,
    );
    expect(() => staticRows(labels).pipe(joinWith(labels, { type: 'inner', on: 'k' }))).toThrow(
      /both sides are static/,
    );
    const stream = readStream(memoryStream<Click>());
    expect(() =>
      stream.pipe(joinWith(stream, { type: 'inner', on: 'k', leftIsStatic: true })),
    ).toThrow(/leftIsStatic/);
    const time = (() => 1) as never;
    expect(() => joinWith(stream, { type: 'inner', on: 'k', unbounded: true, time })).toThrow(
      /joinWith: time/,
    );
  });
});

function start(stream: Observable<unknown>): void {
  void writeStream(stream, { sink: memorySink() }).stop();
}
