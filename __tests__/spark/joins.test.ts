import type { Observable } from 'rxjs';
import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import {
  addData,
  assertRun,
  assertState,
  checkNewAnswer,
  restart,
  testStream,
} from '../../lib/testing/index.js';
import { between } from '../../operators/between.js';
import { type JoinType, joinWith } from '../../operators/joinWith.js';
import { select } from '../../operators/select.js';
import { where } from '../../operators/where.js';
import { withWatermark } from '../../operators/withWatermark.js';
import { addTogether, at, numbers, times } from '../operators/joinScript.js';
import { checkpoints, ms, range } from './sparkScript.js';

type Outer = Extract<JoinType, 'leftOuter' | 'rightOuter' | 'fullOuter'>;

/** semantics/spark.md 3.3; tables without a restart are in __tests__/operators/joinWith*.test.ts */
describe('StreamingJoinSuite', () => {
  const checkpoint = checkpoints();
  const stored = () => ({ checkpointLocation: checkpoint.folder });

  it('an inner join on a key goes on after restarts', () => {
    const [left, right] = [numbers(2, null), numbers(3, null)];
    const joined = left.stream.pipe(
      joinWith(right.stream, {
        type: 'inner',
        on: 'key',
        unbounded: true,
        select: (l, r) => [l.key, l.value, r.value],
      }),
    );
    return testStream(joined, stored())(
      addData(left.source, 1),
      checkNewAnswer(),
      addData(right.source, 1, 10),
      checkNewAnswer([1, 2, 3]),
      addData(left.source, 10),
      checkNewAnswer([10, 20, 30]),
      addData(right.source, 1),
      checkNewAnswer([1, 2, 3]),
      restart,
      addData(left.source, 1),
      checkNewAnswer([1, 2, 3], [1, 2, 3]), // both right 1s are in the state
      restart,
      addTogether([left.source, 100], [right.source, 100]),
      checkNewAnswer([100, 200, 300]),
    );
  });

  it('windows with a watermark on the left only are evicted, over restarts', () => {
    const [left, right] = [numbers(2), numbers(3, null)];
    const joined = left.stream.pipe(
      joinWith(right.stream, {
        type: 'inner',
        on: 'key',
        onTime: [(l) => l.window, (r) => r.window],
        select: (l, r) => [l.key, l.window.end / 1000, l.value, r.value],
      }),
    );
    return testStream(joined, stored())(
      addData(left.source, 1),
      checkNewAnswer(),
      assertState({ total: 1, updated: 1 }),
      addData(right.source, 1),
      checkNewAnswer([1, 10, 2, 3]),
      assertState({ total: 2, updated: 1 }),
      restart,
      addData(left.source, 25), // W 15 s: a batch without rows evicts [0, 10)
      checkNewAnswer(),
      assertState({ total: 1, removed: 2 }),
      addData(right.source, 25),
      checkNewAnswer([25, 30, 50, 75]),
      assertState({ total: 2, updated: 1 }),
      restart,
      addData(right.source, 1), // below the watermark, but the right has none: neither kept nor late
      checkNewAnswer(),
      assertState({ total: 2, dropped: 0 }),
      addData(left.source, 5),
      checkNewAnswer(),
      assertState({ total: 2, updated: 0, dropped: 1 }),
    );
  });

  it('a join without equality is refused', async () => {
    const [left, right] = [numbers(2), numbers(3)];
    const joined = left.stream.pipe(
      joinWith(right.stream, {
        type: 'inner',
        within: between('-5 seconds', '5 seconds'),
        unbounded: true,
      } as never),
    );
    await expect(testStream(joined)()).rejects.toMatchObject({ code: 'JOIN_NEEDS_EQUALITY' });
  });

  it('a stream joined with itself on v % 5 goes on after a restart', () => {
    const source = memoryStream<number>();
    const rows = readStream(source).pipe(select((v) => ({ k: v % 5, v })));
    const joined = rows.pipe(
      joinWith(rows, {
        type: 'inner',
        on: 'k',
        unbounded: true,
        select: (l, r) => [l.k, l.v, r.v],
      }),
    );
    return testStream(joined, stored())(
      addData(source, 1, 2),
      checkNewAnswer([1, 1, 1], [2, 2, 2]),
      restart,
      addData(source, 3, 6),
      checkNewAnswer([3, 3, 3], [1, 1, 6], [1, 6, 1], [1, 6, 6]),
    );
  });

  it('a thousand keys meet their own rows only', () => {
    const [left, right] = [numbers(1, null), numbers(1, null)];
    const joined = left.stream.pipe(
      joinWith(right.stream, {
        type: 'inner',
        on: 'key',
        unbounded: true,
        select: (l, r) => (l.key === r.key ? l.key : -1),
      }),
    );
    return testStream(joined)(
      addTogether([left.source, ...range(1, 1000)], [right.source, ...range(1, 1000)]),
      checkNewAnswer(...range(1, 1000)),
    );
  });

  it('a left outer self join keeps what may still match (SPARK-26187)', () => {
    const source = memoryStream<number>();
    const rows: Observable<number> = readStream(source);
    const markedRows = (stream: Observable<number>) =>
      stream.pipe(
        withWatermark(ms, '5 seconds'),
        select((v) => ({ v })),
      );
    const joined = markedRows(rows).pipe(
      joinWith(markedRows(rows.pipe(where((v) => v % 2 === 0))), {
        type: 'leftOuter',
        on: 'v',
        within: between('-5 seconds', '0 seconds'),
        select: (l, r) => [l.v, r?.v ?? null],
      }),
    );
    const updated = (n: number) =>
      assertRun(`updated ${n}`, ({ progress }) => {
        const data = progress.filter((batch) => batch.numInputRows > 0).at(-1);
        expect(data?.stateOperators[0]?.numRowsUpdated).toBe(n);
      });
    return testStream(joined)(
      addData(source, ...range(1, 5)),
      checkNewAnswer([2, 2], [4, 4]),
      assertState({ total: 7 }),
      updated(7),
      addData(source, ...range(6, 10)),
      checkNewAnswer([6, 6], [8, 8], [10, 10]),
      assertState({ total: 13 }),
      updated(8),
      addData(source, ...range(11, 15)),
      checkNewAnswer([12, 12], [14, 14], [1, null], [3, null]),
      assertState({ total: 15 }),
      updated(7),
    );
  });

  it('a full outer join of windows drops late rows of both sides, over a restart', () => {
    const [left, right] = [numbers(2), numbers(3)];
    const joined = left.stream.pipe(
      joinWith(right.stream, {
        type: 'fullOuter',
        on: 'key',
        onTime: [(l) => l.window, (r) => r.window],
        select: (l, r) => [
          (l ?? r)?.key,
          ((l ?? r)?.window.end ?? 0) / 1000,
          l?.value ?? null,
          r?.value ?? null,
        ],
      }),
    );
    const [l, r] = [left.source, right.source];
    return testStream(joined, stored())(
      addTogether([l, 1, 2, 3, 4, 5], [r, 3, 4, 5, 6, 7]),
      checkNewAnswer([3, 10, 6, 9], [4, 10, 8, 12], [5, 10, 10, 15]),
      addTogether([l, 21], [r, 22]), // W 11 s
      checkNewAnswer([1, 10, 2, null], [2, 10, 4, null], [6, 10, null, 18], [7, 10, null, 21]),
      assertState({ total: 2 }),
      addData(l, 22),
      checkNewAnswer([22, 30, 44, 66]),
      assertState({ total: 3 }),
      restart,
      addData(l, 1),
      checkNewAnswer(),
      assertState({ total: 3, updated: 0, dropped: 1 }),
      addData(r, 5),
      checkNewAnswer(),
      assertState({ total: 3, updated: 0, dropped: 1 }),
    );
  });

  it.each(['left', 'right'] as const)(
    'a full outer join gives a %s row that fails its own condition at once',
    (side) => {
      const [left, right] = [numbers(2), numbers(3)];
      const joined = left.stream.pipe(
        joinWith(right.stream, {
          type: 'fullOuter',
          on: 'key',
          onTime: [(l) => l.window, (r) => r.window],
          ...(side === 'left'
            ? { leftWhere: (l) => l.value > 4 }
            : { rightWhere: (r) => r.value > 7 }),
          select: (l, r) => [(l ?? r)?.key, l?.value ?? null, r?.value ?? null],
        }),
      );
      const [l, r] = [left.source, right.source];
      const isLeft = side === 'left';
      return testStream(joined)(
        ...(isLeft
          ? [
              addTogether([l, 1, 2, 3], [r, 3, 4, 5]),
              checkNewAnswer([3, 6, 9], [1, 2, null], [2, 4, null]),
              addTogether([l, 20], [r, 21]), // W 10 s
              checkNewAnswer([4, null, 12], [5, null, 15]),
            ]
          : [
              addTogether([l, 3, 4, 5], [r, 1, 2, 3]),
              checkNewAnswer([3, 6, 9], [1, null, 3], [2, null, 6]),
              addTogether([l, 20], [r, 21]),
              checkNewAnswer([4, 8, null], [5, 10, null]),
            ]),
        addData(r, 20),
        checkNewAnswer([20, 40, 60]),
      );
    },
  );

  it.each<[Outer, readonly unknown[]]>([
    ['leftOuter', [[3, null, 300, null]]],
    ['rightOuter', [[null, 2, null, 300]]],
    [
      'fullOuter',
      [
        [3, null, 300, null],
        [null, 2, null, 300],
      ],
    ],
  ])('%s within 3 min 30 s and a delay of 10 min, in two spellings', async (type, unmatched) => {
    for (const bounds of [
      between('-3 minutes -30 seconds', '3 minutes 30 seconds'),
      between({ minutes: -3, seconds: -30 }, { minutes: 3, seconds: 30 }),
    ]) {
      const [left, right] = [times(600), times(600)];
      const joined = left.stream.pipe(
        joinWith(right.stream, {
          type,
          on: 'k',
          within: bounds,
          select: (l, r) => [l?.k ?? null, r?.k ?? null, l?.s ?? null, r?.s ?? null],
        }),
      );
      await testStream(joined)(
        addData(left.source, at(1, 300), at(3, 300)),
        checkNewAnswer(),
        addData(right.source, at(1, 510), at(2, 300)),
        checkNewAnswer([1, 1, 300, 510]),
        addData(right.source, at(1, 511)), // 3 min 31 s later
        checkNewAnswer(),
        assertState({ total: 5 }),
        addData(left.source, at(1, 450), at(1, 1800)),
        checkNewAnswer([1, 1, 450, 510], [1, 1, 450, 511]),
        assertState({ total: 7 }),
        addData(right.source, at(0, 1800)), // W 1200 s
        checkNewAnswer(...unmatched),
        assertState({ total: 2 }),
      );
    }
  });

  it('left outer in one batch: what the first row misses comes out when it can (SPARK-32148)', () => {
    const [left, right] = [times(120), times(240)];
    const joined = left.stream.pipe(
      joinWith(right.stream, {
        type: 'leftOuter',
        on: 'k',
        within: between('-30 seconds', '30 seconds'),
        select: (l, r) => [l.s, r?.s ?? null],
      }),
    );
    const day = 86_400;
    const hour = 3600;
    return testStream(joined)(
      addTogether(
        [left.source, at(1, day), at(1, 2 * day), at(1, 2 * day + hour)],
        [right.source, at(1, 2 * day + 10), at(1, 2 * day + hour - 1), at(1, 2 * day + 2 * hour)],
      ),
      checkNewAnswer([2 * day, 2 * day + 10], [2 * day + hour, 2 * day + hour - 1], [day, null]),
    );
  });

  it('an outer join sees the rows that its own batch has added (SPARK-38684)', () => {
    const [left, right] = [times(0), times(0)];
    const joined = left.stream.pipe(
      joinWith(right.stream, {
        type: 'leftOuter',
        on: 'k',
        within: between('-1 second', '1 second'),
        select: (l, r) => [l.k, r?.k ?? null],
      }),
    );
    return testStream(joined)(
      addTogether([left.source, at(1, 1)], [right.source, at(9, 100)]),
      addTogether([left.source, at(2, 100)], [right.source, at(2, 100)]),
      checkNewAnswer([2, 2], [1, null]),
    );
  });
});
