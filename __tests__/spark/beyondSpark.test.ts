import { Subject } from 'rxjs';
import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import { addData } from '../../lib/testing/actions.js';
import { assertState, checkNewAnswer } from '../../lib/testing/checks.js';
import { testStream } from '../../lib/testing/testStream.js';
import { between } from '../../operators/between.js';
import { count } from '../../operators/count.js';
import { dropDuplicates } from '../../operators/dropDuplicates.js';
import { flatMapGroupsWithState } from '../../operators/flatMapGroupsWithState.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { joinWith } from '../../operators/joinWith.js';
import { select } from '../../operators/select.js';
import { union } from '../../operators/union.js';
import { window } from '../../operators/window.js';
import { withWatermark } from '../../operators/withWatermark.js';
import { addTogether, at, type Timed, times } from '../operators/joinScript.js';

/** Each shape is one that Spark refuses: docs/semantics.md, "Beyond Spark". */
describe('beyond Spark', () => {
  it('a left anti join of two streams gives a left row when nothing can match it any more', () => {
    const [left, right] = [times(), times()];
    const anti = left.stream.pipe(
      joinWith(right.stream, {
        type: 'leftAnti',
        on: 'k',
        within: between('-5 seconds', '5 seconds'),
      }),
    );
    return testStream(anti)(
      addTogether([left.source, at(1, 10), at(2, 10)], [right.source, at(1, 12)]),
      checkNewAnswer(),
      addTogether([left.source, at(3, 26)], [right.source, at(3, 26)]), // W 16 s, evicts <= 10.999 s
      checkNewAnswer(at(2, 10)),
    );
  });

  it('rows of a join have one event time, the left, for the operator behind', () => {
    const [left, right] = [times(0), times(0)];
    const pairs = left.stream.pipe(
      joinWith(right.stream, {
        type: 'inner',
        on: 'k',
        within: between('-5 seconds', '5 seconds'),
        select: (l, r) => ({ k: l.k, l: l.s, r: r.s }),
      }),
      dropDuplicates((row) => row.k, { eventTime: true }),
    );
    return testStream(pairs)(
      addTogether([left.source, at(1, 10)], [right.source, at(1, 11), at(1, 12)]),
      checkNewAnswer({ k: 1, l: 10, r: 11 }), // the second pair has the same key and left time
      addTogether([left.source, at(1, 13)], [right.source]),
      checkNewAnswer({ k: 1, l: 13, r: 11 }),
    );
  });

  it('a window closes groups whose key also holds an event time', () => {
    const source = memoryStream<Timed>();
    const counts = readStream(source).pipe(
      withWatermark((row) => row.s * 1000, '0 seconds'),
      groupByKey((row) => ({ s: row.s }), { eventTime: (key) => key.s * 1000 }),
      window('10 seconds', { timestamps: 'ms' }),
      count(),
      select((row) => [row.key.s, row.window.end / 1000, row.count]),
    );
    return testStream(counts)(
      addData(source, at(1, 3), at(2, 3), at(1, 9)), // W 9 s
      checkNewAnswer(),
      addData(source, at(1, 10)),
      checkNewAnswer([3, 10, 2], [9, 10, 1]),
    );
  });

  it('state functions may follow an aggregation and each other in append mode', () => {
    const source = memoryStream<Timed>();
    const total = readStream(source).pipe(
      withWatermark((row) => row.s * 1000, '0 seconds'),
      groupByKey((row) => row.k),
      window('10 seconds'),
      count(),
      groupByKey((row) => row.key),
      flatMapGroupsWithState<number, { readonly count: number }, number, readonly number[]>(
        (key, rows, state) => {
          const before = state.exists ? state.get() : undefined;
          const sum = rows.reduce((n, row) => n + row.count, 0);
          const all = sum + (before?._tag === 'Some' ? before.value : 0);
          state.update(all);
          return [[key, all]];
        },
        { outputMode: 'append', timeout: 'none' },
      ),
      groupByKey(([key]) => (key as number) % 2),
      flatMapGroupsWithState(
        (parity: number, rows: readonly (readonly number[])[]) => [[parity, rows.length]],
        { outputMode: 'append', timeout: 'none' },
      ),
    );
    return testStream(total)(
      addData(source, at(1, 1), at(1, 2), at(3, 3)),
      checkNewAnswer(),
      addData(source, at(1, 15)), // closes [0, 10): keys 1 and 3
      checkNewAnswer([1, 2]),
      assertState({ total: 0 }, 0), // the last function keeps nothing
      assertState({ total: 2 }, 1),
    );
  });

  it('a union has the watermark of whichever stream has one', () => {
    const [plain, marked] = [memoryStream<Timed>(), memoryStream<Timed>()];
    const counts = readStream(plain).pipe(
      union(readStream(marked).pipe(withWatermark((row) => row.s * 1000, '0 seconds'))),
      window('10 seconds', { time: (row) => row.s * 1000 }),
      count(),
      select((row) => row.count),
    );
    return testStream(counts)(
      addTogether([plain, at(1, 1), at(1, 99)], [marked, at(1, 2)]),
      checkNewAnswer(),
      addData(marked, at(1, 20)),
      checkNewAnswer(2),
    );
  });

  it("a window over another time than the watermark's closes by its end", () => {
    const source = memoryStream<Timed & { readonly sent: number }>();
    const counts = readStream(source).pipe(
      withWatermark((row) => row.s * 1000, '0 seconds'),
      window('10 seconds', { time: (row) => row.sent * 1000, timestamps: 'ms' }),
      count(),
      select((row) => [row.window.start / 1000, row.count]),
    );
    return testStream(counts)(
      addData(
        source,
        { ...at(1, 5), sent: 3 },
        { ...at(1, 12), sent: 9 },
        { ...at(1, 8), sent: 14 },
      ),
      checkNewAnswer([0, 2]), // W 12 s
      assertState({ total: 1 }),
      addData(source, { ...at(1, 20), sent: 8 }),
      checkNewAnswer([10, 1]), // 8 s was late
    );
  });

  it('of two watermarks one behind the other the second holds', () => {
    const source = memoryStream<Timed>();
    const counts = readStream(source).pipe(
      withWatermark((row) => row.s * 1000, '100 seconds'),
      withWatermark((row) => row.s * 1000, '10 seconds'),
      window('5 seconds'),
      count(),
      select((row) => row.count),
    );
    return testStream(counts)(
      addData(source, at(1, 10), at(2, 11)),
      checkNewAnswer(),
      addData(source, at(3, 25)), // W 15 s
      checkNewAnswer(2),
    );
  });

  it('an outer join whose kept side has no watermark gives what is left when it completes', async () => {
    const left = new Subject<Timed>();
    const right = new Subject<Timed>();
    const out: unknown[] = [];
    const done = left
      .pipe(
        joinWith(right.pipe(withWatermark((row) => row.s * 1000, '0 seconds')), {
          type: 'leftOuter',
          on: 'k',
          within: [{ left: '>=', plus: '-5 seconds', leftTime: (row) => row.s * 1000 }],
          unbounded: true,
          select: (l, r) => [l.k, r?.s ?? null],
        }),
      )
      .forEach((row) => {
        out.push(row);
      });
    left.next(at(1, 10));
    left.next(at(2, 10));
    right.next(at(1, 11));
    right.next(at(9, 1000));
    expect(out).toEqual([[1, 11]]);
    left.complete();
    right.complete();
    await done;
    expect(out).toEqual([
      [1, 11],
      [2, null],
    ]);
  });
});
