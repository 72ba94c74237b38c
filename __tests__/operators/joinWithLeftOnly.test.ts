import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import { addData, assertState, checkNewAnswer, testStream } from '../../lib/testing/index.js';
import { between } from '../../operators/between.js';
import { count } from '../../operators/count.js';
import { joinWith } from '../../operators/joinWith.js';
import { select } from '../../operators/select.js';
import { window } from '../../operators/window.js';
import { withWatermark } from '../../operators/withWatermark.js';
import { addTogether, at, numbers, times } from './joinScript.js';

describe('left semi join', () => {
  it('gives each left row once and forgets it', () => {
    const left = numbers(2);
    const right = numbers(3);
    const joined = left.stream.pipe(
      joinWith(right.stream, {
        type: 'leftSemi',
        on: 'key',
        onTime: [(l) => l.window, (r) => r.window],
        select: (l) => [l.key, l.window.end / 1000, l.value],
      }),
    );
    const [l, r] = [left.source, right.source];
    return testStream(joined)(
      addTogether([l, 1, 2, 3, 4, 5], [r, 3, 4, 5, 6, 7]),
      checkNewAnswer([3, 10, 6], [4, 10, 8], [5, 10, 10]),
      addTogether([l, 21], [r, 22]),
      checkNewAnswer(),
      assertState({ total: 2 }),
      addData(l, 22),
      checkNewAnswer([22, 30, 44]),
      assertState({ total: 2, updated: 0 }),
    );
  });

  it('gives the left row itself by default, and evicts by bounds', () => {
    const left = times();
    const right = times();
    const joined = left.stream.pipe(
      joinWith(right.stream, {
        type: 'leftSemi',
        on: 'k',
        within: between('-5 seconds', '5 seconds'),
      }),
    );
    const [l, r] = [left.source, right.source];
    return testStream(joined)(
      addData(l, at(1, 5), at(3, 5)),
      addData(r, at(1, 10), at(2, 5)),
      checkNewAnswer(at(1, 5)),
      addData(r, at(1, 9)), // it has matched already
      checkNewAnswer(),
      addData(l, at(1, 7), at(1, 30)),
      checkNewAnswer(at(1, 7)),
      assertState({ total: 5, updated: 1 }), // Spark counts 6: it keeps the left row that has matched
      addData(r, at(0, 30)),
      checkNewAnswer(),
      assertState({ total: 2 }),
    );
  });

  it('keeps one right row of a key where nothing else is asked of them', () => {
    const left = times();
    const right = times();
    const joined = left.stream.pipe(
      joinWith(right.stream, {
        type: 'leftSemi',
        on: 'k',
        onTime: [({ s }) => s * 1000, ({ s }) => s * 1000],
      }),
    );
    const [l, r] = [left.source, right.source];
    return testStream(joined)(
      addData(r, at(1, 5), at(1, 5), at(1, 6), at(2, 5)),
      assertState({ total: 3, updated: 3 }),
      addTogether([l, at(1, 5), at(1, 5), at(1, 7)], [r, at(1, 5)]),
      checkNewAnswer(at(1, 5), at(1, 5)),
      assertState({ total: 4, updated: 1 }),
      addTogether([l, at(3, 30)], [r, at(3, 31)]), // W 20 s: all of them go
      checkNewAnswer(),
      assertState({ total: 2 }),
    );
  });

  it('keeps every right row that a condition may still tell from others', () => {
    const left = times();
    const right = times();
    const joined = left.stream.pipe(
      joinWith(right.stream, {
        type: 'leftSemi',
        on: 'k',
        onTime: [() => 50_000, () => 50_000],
        where: (l, r) => l.s < r.s,
      }),
    );
    return testStream(joined)(
      addData(right.source, at(1, 5), at(1, 8)),
      assertState({ total: 2 }),
      addData(left.source, at(1, 6), at(1, 9)),
      checkNewAnswer(at(1, 6)),
    );
  });

  it('of a stream with itself', () => {
    const source = memoryStream<number>();
    const rows = readStream(source).pipe(
      withWatermark((v) => v * 1000, '5 seconds'),
      select((v) => ({ v })),
    );
    const joined = rows.pipe(
      joinWith(rows, {
        type: 'leftSemi',
        on: 'v',
        rightWhere: (r) => r.v % 2 === 0,
        within: between('-5 seconds', '0 seconds'),
        select: (l) => l.v,
      }),
    );
    return testStream(joined)(
      addData(source, 1, 2, 3, 4, 5),
      checkNewAnswer(2, 4),
      addData(source, 6, 7, 8, 9, 10),
      checkNewAnswer(6, 8, 10),
      addData(source, 11, 12, 13, 14, 15),
      checkNewAnswer(12, 14),
    );
  });

  it('runs in update mode, where it gives what append gives', () => {
    const left = times();
    const right = times();
    const joined = left.stream.pipe(
      joinWith(right.stream, { type: 'leftSemi', on: 'k', within: between(0, '5 seconds') }),
    );
    return testStream(joined, { outputMode: 'update' })(
      addTogether([left.source, at(1, 5)], [right.source, at(1, 5), at(1, 5)]),
      checkNewAnswer(at(1, 5)),
      assertState({ total: 2 }),
    );
  });
});

describe('left anti join of two streams', () => {
  it('gives a left row once nothing to come can match it', () => {
    const left = times();
    const right = times();
    const joined = left.stream.pipe(
      joinWith(right.stream, {
        type: 'leftAnti',
        on: 'k',
        within: between('-5 seconds', '5 seconds'),
        leftWhere: (l) => l.k !== 9,
      }),
    );
    const [l, r] = [left.source, right.source];
    return testStream(joined)(
      addTogether([l, at(1, 5), at(2, 5), at(3, 5), at(9, 5)], [r, at(1, 5)]),
      checkNewAnswer(at(9, 5)), // fails its own condition, so nothing can match it
      assertState({ total: 3 }),
      addData(r, at(2, 8)),
      checkNewAnswer(),
      assertState({ total: 3 }), // the left row of key 2 has gone
      addTogether([l, at(4, 30)], [r, at(9, 30)]), // W 20 s
      checkNewAnswer(at(3, 5)),
      assertState({ total: 2 }),
    );
  });

  it('keeps a null key until it is evicted, and then gives it', () => {
    type Row = { readonly k: number | null; readonly s: number };
    const [l, r] = [memoryStream<Row>(), memoryStream<Row>()];
    const joined = readStream(l).pipe(
      withWatermark((row) => row.s, 0),
      joinWith(readStream(r).pipe(withWatermark((row) => row.s, 0)), {
        type: 'leftAnti',
        on: 'k',
        within: between(0, 0),
      }),
    );
    return testStream(joined)(
      addTogether([l, { k: null, s: 5 }], [r, { k: null, s: 5 }]),
      checkNewAnswer(), // W 5: a row of 5 + 0 may still be met, by one 1 ms below the bound's edge
      assertState({ total: 1 }),
      addTogether([l, { k: 1, s: 7 }], [r, { k: 1, s: 7 }]),
      checkNewAnswer({ k: null, s: 5 }),
      assertState({ total: 1 }),
    );
  });
});

describe('an aggregation behind a join that gives left rows alone', () => {
  it.each(['leftSemi', 'leftAnti'] as const)(
    'closes its windows as soon as no left row can come, as Spark 4.3 does (%s)',
    (type) => {
      const [left, right] = [times(0), times(0)];
      const counts = left.stream.pipe(
        joinWith(right.stream, { type, on: 'k', within: between('-2 seconds', '10 seconds') }),
        window('4 seconds', { timestamps: 'ms' }),
        count(),
        select((r) => [r.window.start / 1000, r.count]),
      );
      const other = type === 'leftSemi' ? at(1, 1) : at(9, 1);
      return testStream(counts)(
        // W 14 s: left rows up to 11.999 s have left, right ones only up to 3.999 s.
        addTogether([left.source, at(1, 6), at(2, 14)], [right.source, other, at(9, 14)]),
        checkNewAnswer([4, 1]),
        assertState({ total: 0 }, 0),
      );
    },
  );
});
