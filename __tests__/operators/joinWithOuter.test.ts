import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import { addData, assertState, checkNewAnswer, testStream } from '../../lib/testing/index.js';
import { between } from '../../operators/between.js';
import { type JoinType, joinWith } from '../../operators/joinWith.js';
import { select } from '../../operators/select.js';
import { withWatermark } from '../../operators/withWatermark.js';
import { addTogether, at, type Numbered, numbers, times } from './joinScript.js';

type Outer = Extract<JoinType, 'leftOuter' | 'rightOuter' | 'fullOuter'>;

interface Conditions {
  readonly leftWhere?: (left: Numbered) => boolean;
  readonly rightWhere?: (right: Numbered) => boolean;
}

/** key, window end in seconds, both values. */
function windowed(type: Outer, conditions: Conditions = {}) {
  const left = numbers(2);
  const right = numbers(3);
  const joined = left.stream.pipe(
    joinWith(right.stream, {
      type,
      on: 'key',
      onTime: [(l) => l.window, (r) => r.window],
      ...conditions,
      select: (l, r) => {
        const row = l ?? r;
        return [row?.key, (row?.window.end ?? 0) / 1000, l?.value ?? null, r?.value ?? null];
      },
    }),
  );
  return { left: left.source, right: right.source, joined };
}

const leftOver4: Conditions = { leftWhere: (l) => l.value > 4 };
const rightOver7: Conditions = { rightWhere: (r) => r.value > 7 };

describe('outer join of windows', () => {
  it('left outer gives a left row that fails its own condition at once', () => {
    const { left, right, joined } = windowed('leftOuter', leftOver4);
    return testStream(joined)(
      addTogether([left, 1, 2, 3], [right, 3, 4, 5]),
      checkNewAnswer([3, 10, 6, 9], [1, 10, 2, null], [2, 10, 4, null]),
      addTogether([left, 20], [right, 21]), // W 10 s
      checkNewAnswer(),
      addData(right, 20),
      checkNewAnswer([20, 30, 40, 60]),
    );
  });

  it('left outer keeps no right row that fails its own condition', () => {
    const { left, right, joined } = windowed('leftOuter', rightOver7);
    return testStream(joined)(
      addTogether([left, 3, 4, 5], [right, 1, 2, 3]),
      checkNewAnswer([3, 10, 6, 9]),
      addTogether([left, 20], [right, 21]),
      checkNewAnswer([4, 10, 8, null], [5, 10, 10, null]),
      addData(right, 20),
      checkNewAnswer([20, 30, 40, 60]),
    );
  });

  it('right outer keeps no left row that fails its own condition', () => {
    const { left, right, joined } = windowed('rightOuter', leftOver4);
    return testStream(joined)(
      addTogether([left, 1, 2, 3], [right, 3, 4, 5]),
      checkNewAnswer([3, 10, 6, 9]),
      addTogether([left, 20], [right, 21]),
      checkNewAnswer([4, 10, null, 12], [5, 10, null, 15]),
      addData(right, 20),
      checkNewAnswer([20, 30, 40, 60]),
    );
  });

  it('right outer gives a right row that fails its own condition at once', () => {
    const { left, right, joined } = windowed('rightOuter', rightOver7);
    return testStream(joined)(
      addTogether([left, 3, 4, 5], [right, 1, 2, 3]),
      checkNewAnswer([3, 10, 6, 9], [1, 10, null, 3], [2, 10, null, 6]),
      addTogether([left, 20], [right, 21]),
      checkNewAnswer(),
      addData(right, 20),
      checkNewAnswer([20, 30, 40, 60]),
    );
  });

  it.each([
    [
      'leftOuter',
      [
        [1, 10, 2, null],
        [2, 10, 4, null],
      ],
    ],
    [
      'rightOuter',
      [
        [6, 10, null, 18],
        [7, 10, null, 21],
      ],
    ],
    [
      'fullOuter',
      [
        [1, 10, 2, null],
        [2, 10, 4, null],
        [6, 10, null, 18],
        [7, 10, null, 21],
      ],
    ],
  ] as const)('%s gives what never matched when its window closes', (type, unmatched) => {
    const { left, right, joined } = windowed(type);
    return testStream(joined)(
      addTogether([left, 1, 2, 3, 4, 5], [right, 3, 4, 5, 6, 7]),
      checkNewAnswer([3, 10, 6, 9], [4, 10, 8, 12], [5, 10, 10, 15]),
      addTogether([left, 21], [right, 22]), // W 11 s
      checkNewAnswer(...unmatched),
      assertState({ total: 2 }),
      addData(left, 22),
      checkNewAnswer([22, 30, 44, 66]),
      assertState({ total: 3 }),
      addData(left, 1),
      checkNewAnswer(),
      assertState({ total: 3, dropped: 1 }),
    );
  });
});

describe('outer join within bounds', () => {
  const ranged = (type: Outer) => {
    const left = times();
    const right = times();
    const joined = left.stream.pipe(
      joinWith(right.stream, {
        type,
        on: 'k',
        within: between('-5 seconds', '5 seconds'),
        select: (l, r) => [l?.k ?? null, r?.k ?? null, l?.s ?? null, r?.s ?? null],
      }),
    );
    return { left: left.source, right: right.source, joined };
  };

  it.each([
    ['leftOuter', [[3, null, 5, null]]],
    ['rightOuter', [[null, 2, null, 5]]],
    [
      'fullOuter',
      [
        [3, null, 5, null],
        [null, 2, null, 5],
      ],
    ],
  ] as const)('%s gives what no row to come can match', (type, unmatched) => {
    const { left, right, joined } = ranged(type);
    return testStream(joined)(
      addData(left, at(1, 5), at(3, 5)),
      checkNewAnswer(),
      addData(right, at(1, 10), at(2, 5)),
      checkNewAnswer([1, 1, 5, 10]),
      addData(right, at(1, 11)),
      checkNewAnswer(),
      assertState({ total: 5 }),
      addData(left, at(1, 7), at(1, 30)),
      checkNewAnswer([1, 1, 7, 10], [1, 1, 7, 11]),
      assertState({ total: 7 }),
      addData(right, at(0, 30)), // W 20 s
      checkNewAnswer(...unmatched),
      assertState({ total: 2 }),
    );
  });

  it('holds a row until the watermark is 1 ms past what may match it', () => {
    const [left, right] = [memoryStream<number>(), memoryStream<number>()];
    const joined = readStream(left).pipe(
      withWatermark((t) => t, 0),
      joinWith(readStream(right).pipe(withWatermark((t) => t, 0)), {
        type: 'leftOuter',
        on: [() => 1, () => 1],
        within: { left: '>=', plus: -100 },
        select: (l, r) => [l, r],
      }),
    );
    return testStream(joined)(
      addTogether([left, 1000], [right, 1]),
      checkNewAnswer([1000, 1]), // 1 ms is no later than 1000 + 100
      addTogether([left, 5000], [right, 1100]), // W 1100: a right row of 1100 would be late
      checkNewAnswer([1000, 1100], [5000, 1], [5000, 1100]),
      assertState({ total: 4 }),
      addTogether([left, 5000], [right, 1101]), // W 1101: left rows <= 1101 - 100 - 1 may go
      assertState({ total: 5 }),
    );
  });
});

describe('outer join with conditions on both sides', () => {
  it('left outer gives rows at once or at eviction, as the condition lets them be kept', () => {
    const left = numbers(2);
    const right = numbers(3);
    const joined = left.stream.pipe(
      joinWith(right.stream, {
        type: 'leftOuter',
        on: 'key',
        onTime: [(l) => l.window, (r) => r.window],
        leftWhere: (l) => l.value > 10,
        rightWhere: (r) => r.value < 300 || r.value > 1000,
        select: (l, r) => [l.key, l.window.end / 1000, l.value, r?.value ?? null],
      }),
    );
    const [l, r] = [left.source, right.source];
    return testStream(joined)(
      addTogether([l, 1, 2, 3], [r, 1, 2, 3]),
      checkNewAnswer([1, 10, 2, null], [2, 10, 4, null], [3, 10, 6, null]),
      assertState({ total: 3 }), // right rows only
      addTogether([l, 20], [r, 21]),
      checkNewAnswer(),
      assertState({ total: 2 }),
      addData(r, 20),
      checkNewAnswer([20, 30, 40, 60]),
      addTogether([l, 40, 41], [r, 40, 41]),
      checkNewAnswer([40, 50, 80, 120], [41, 50, 82, 123]),
      assertState({ total: 4 }),
      addTogether([l, 70], [r, 71]),
      checkNewAnswer(),
      addData(r, 70),
      checkNewAnswer([70, 80, 140, 210]),
      addTogether([l, 101, 102, 103], [r, 101, 102, 103]),
      checkNewAnswer(), // 303, 306 and 309 fail the right condition
      addTogether([l, 1000], [r, 1001]),
      checkNewAnswer([101, 110, 202, null], [102, 110, 204, null], [103, 110, 206, null]),
    );
  });

  it.each(['leftOuter', 'fullOuter'] as const)(
    'a %s self join gives no null row for one that has matched',
    (type) => {
      const source = memoryStream<number>();
      const rows = readStream(source).pipe(
        withWatermark((v) => v * 1000, '5 seconds'),
        select((v) => ({ v, t: v * 1000 })),
      );
      const joined = rows.pipe(
        joinWith(rows, {
          type,
          on: 'v',
          rightWhere: (r) => r.v % 2 === 0,
          within: between('-5 seconds', '0 seconds'),
          select: (l, r) => [l?.v ?? null, r?.v ?? null],
        }),
      );
      const odd = type === 'fullOuter' ? [1, 3].map((v) => [null, v]) : [];
      return testStream(joined)(
        addData(source, 1, 2, 3, 4, 5),
        checkNewAnswer([2, 2], [4, 4], ...odd, ...(type === 'fullOuter' ? [[null, 5]] : [])),
        addData(source, 6, 7, 8, 9, 10),
        checkNewAnswer(
          ...[6, 8, 10].map((v) => [v, v]),
          ...(type === 'fullOuter' ? [7, 9].map((v) => [null, v]) : []),
        ),
        addData(source, 11, 12, 13, 14, 15), // W 10 s: left rows < 5 s leave
        checkNewAnswer(
          ...[12, 14].map((v) => [v, v]),
          ...[1, 3].map((v) => [v, null]),
          ...(type === 'fullOuter' ? [11, 13, 15].map((v) => [null, v]) : []),
        ),
      );
    },
  );

  it('gives a row without an event time when the query ends', async () => {
    const left = memoryStream<{ k: number; t: number | null }>();
    const right = memoryStream<{ k: number; t: number | null }>();
    const joined = readStream(left).pipe(
      withWatermark((l) => l.t, 0),
      joinWith(readStream(right).pipe(withWatermark((r) => r.t, 0)), {
        type: 'fullOuter',
        on: 'k',
        within: between(0, 0),
      }),
    );
    const rows: unknown[] = [];
    left.addData({ k: 1, t: null }, { k: 2, t: 5 });
    right.addData({ k: 1, t: null }, { k: 2, t: 5 });
    left.complete();
    right.complete();
    await joined.forEach((row) => {
      rows.push(row);
    });
    expect(rows).toEqual([
      { left: { k: 2, t: 5 }, right: { k: 2, t: 5 } },
      { left: { k: 1, t: null }, right: null },
      { left: null, right: { k: 1, t: null } },
    ]);
  });
});
