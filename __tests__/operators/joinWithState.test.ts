import { between } from '../../operators/between.js';
import { type JoinType, joinWith } from '../../operators/joinWith.js';
import { JoinHarness } from './joinHarness.js';

interface Row {
  readonly k: number;
  readonly t: number;
}

const left = (k: number, t: number) => ['left', { k, t }, t] as const;
const right = (k: number, t: number) => ['right', { k, t }, t] as const;

function joinOf(type: JoinType = 'fullOuter', stored = true): Promise<JoinHarness<Row, Row>> {
  const options = { type, on: 'k', within: between(-1_000_000, 1_000_000) };
  return new JoinHarness<Row, Row>((other) => joinWith(other, options as never), { stored }).open();
}

const seconds = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('the state of a join', () => {
  it.each([
    ['inner', 0, []],
    ['leftSemi', 0, []],
    ['leftOuter', 1, ['left']],
    ['rightOuter', 1, ['right']],
    ['fullOuter', 2, ['left', 'right']],
  ] as const)(
    '%s keeps rows without the event time of its bound only to tell of them',
    async (type, total, sides) => {
      const join = await joinOf(type, false);
      const rows = [
        ['left', { k: 1, t: 0 }, null],
        ['right', { k: 1, t: 0 }, null],
      ] as const;
      expect(await join.batch({ rows })).toMatchObject({ rows: [], total });
      const end = await join.batch({ closing: true });
      expect(end.rows).toHaveLength(sides.length);
    },
  );

  it.each([
    ['inner', 0],
    ['leftSemi', 0],
    ['leftOuter', 1],
    ['rightOuter', 1],
    ['fullOuter', 2],
  ] as const)(
    '%s keeps rows whose time by a function of its bound is null only to tell of them',
    async (type, kept) => {
      const time = (row: Row) => (row.t < 0 ? null : row.t);
      const within = { left: '>=', plus: 0, leftTime: time, rightTime: time } as const;
      const options = { type, on: 'k', within: [within, ...between(-1000, 1000)] };
      const join = await new JoinHarness<Row, Row>((other) => joinWith(other, options as never), {
        stored: false,
      }).open();
      const rows = [
        ['left', { k: 1, t: -1 }, 5],
        ['right', { k: 1, t: -1 }, 5],
        ['left', { k: 1, t: 5 }, 5],
        ['right', { k: 1, t: 5 }, 5],
      ] as const;
      const batch = await join.batch({ rows });
      expect(batch.rows).toHaveLength(1);
      expect(batch.total).toBe(kept + (type === 'leftSemi' ? 1 : 2));
      const end = await join.batch({ closing: true });
      expect(end.rows).toHaveLength(kept);
    },
  );

  it('a batch reads what it touches, with 40 and with 100,000 entries of other keys', async () => {
    const batches = [
      { evict: 1_000_009 }, // nothing to do
      { rows: [left(1, 5_000_000)] }, // a probe
      { evict: 1_000_012 }, // the row of key 0 leaves
    ];
    const reads = async (size: number) => {
      const join = await joinOf();
      await join.batch({
        rows: [
          left(0, 10),
          ...seconds(size).flatMap((i) => [
            left(i + 1, 5_000_000 + i),
            right(i + 1, 5_000_000 + i),
          ]),
        ],
      });
      const read: number[] = [];
      for (const batch of batches) {
        await join.open();
        read.push((await join.batch(batch)).read);
      }
      return read;
    };
    const few = await reads(10);
    for (const read of few) expect(read).toBeLessThan(8);
    expect(await reads(25_000)).toEqual(few);
  }, 120_000);

  it('an eviction from a long key reads the buckets from which rows leave', async () => {
    const read = async (size: number) => {
      const join = await joinOf();
      await join.batch({ rows: seconds(size).map((i) => left(7, i)) });
      await join.open();
      const output = await join.batch({ evict: 1_000_000 + 20 });
      expect(output.rows).toHaveLength(20); // rows of 0 … 19: a bound 1 ms lower than the watermark's
      expect(output.total).toBe(size - 20);
      return output.read;
    };
    expect(await read(3000)).toBe(await read(100));
  });

  it('a row more of a long key reads its newest bucket only, if there is nothing to meet', async () => {
    const read = async (size: number) => {
      const join = await joinOf();
      await join.batch({ rows: seconds(size).map((i) => left(7, i)) });
      await join.open();
      return (await join.batch({ rows: [left(7, 0)] })).read;
    };
    expect(await read(3000)).toBe(await read(100));
  });

  it.each([15, 16, 17, 32, 33, 100])('%i rows of one key leave in any order of time', async (n) => {
    for (const order of [seconds(n), seconds(n).reverse()]) {
      const join = await joinOf('leftOuter');
      await join.batch({ rows: order.map((t) => left(1, t)) });
      await join.open();
      const half = await join.batch({ evict: 1_000_000 + Math.floor(n / 2) });
      expect(half.rows).toHaveLength(Math.floor(n / 2));
      const probe = await join.batch({ rows: [right(1, 0)] });
      expect(probe.rows).toHaveLength(n - half.rows.length);
      const rest = await join.batch({ evict: 3_000_000 });
      expect(rest.rows).toEqual([]); // all have matched
      expect(rest.total).toBe(0);
    }
  });

  it('left rows that a right row settles leave the middle of a chain', async () => {
    const join = await new JoinHarness<Row, Row>(
      (other) =>
        joinWith(other, {
          type: 'leftSemi',
          on: 'k',
          within: between(-1_000_000, 1_000_000),
          where: (l, r) => Math.floor(l.t / 16) === r.t,
          select: (l) => l.t,
        }),
      { stored: true },
    ).open();
    await join.batch({ rows: seconds(80).map((t) => left(1, t)) });
    await join.open();
    const middle = await join.batch({ rows: [right(1, 2)] }); // the third bucket, all of it
    expect(middle.rows).toEqual(seconds(16).map((t) => 32 + t));
    expect(middle.total).toBe(65);
    await join.open();
    const others = await join.batch({ rows: [4, 0, 1, 3].map((t) => right(1, t)) });
    expect(others.rows).toHaveLength(64);
    expect(others.total).toBe(5);
    expect((await join.batch({ evict: 9_000_000 })).total).toBe(0);
  });

  it('null keys are kept only where they come out, and by their time', async () => {
    const nulls = { rows: [left(null as never, 5), right(null as never, 6)] };
    const outer = await joinOf('leftOuter');
    expect((await outer.batch(nulls)).total).toBe(1);
    await outer.open();
    expect((await outer.batch({ evict: 1_000_006 })).rows).toEqual([
      { left: { k: null, t: 5 }, right: null },
    ]);
    expect((await (await joinOf('inner')).batch(nulls)).total).toBe(0);
    expect((await (await joinOf('leftSemi')).batch(nulls)).total).toBe(0);
    expect((await (await joinOf('fullOuter')).batch(nulls)).total).toBe(2);
  });

  it('a window without a start equals no other, and leaves with its end', async () => {
    const onTime = [() => ({ start: null, end: 10 }), () => ({ start: null, end: 10 })];
    const join = await new JoinHarness<Row, Row>(
      (other) => joinWith(other, { type: 'leftOuter', on: 'k', onTime } as never),
      { stored: true },
    ).open();
    const rows = [left(1, 1), left(1, 2), right(1, 3)];
    expect(await join.batch({ rows })).toMatchObject({ rows: [], total: 2 });
    expect((await join.batch({ evict: 9 })).rows).toEqual([]);
    expect(await join.batch({ evict: 10 })).toMatchObject({
      rows: [
        { left: { k: 1, t: 1 }, right: null },
        { left: { k: 1, t: 2 }, right: null },
      ],
      total: 0,
    });
  });

  it('refuses a row that cannot be kept', async () => {
    const join = await joinOf();
    const row = { k: 1, t: 1, call: () => 0 };
    await expect(join.batch({ rows: [['left', row, 1]] })).rejects.toMatchObject({
      code: 'STATE_NOT_ENCODABLE',
    });
  });

  it('gives the left event time, or the other side’s where the left row is missing', async () => {
    const timesOf = async (options: object) => {
      const join = await new JoinHarness<Row, Row>((other) =>
        joinWith(other, {
          type: 'fullOuter',
          on: 'k',
          within: between(-10, 10),
          ...options,
        } as never),
      ).open();
      const batch = await join.batch({ rows: [left(1, 5), right(1, 8), left(2, 1), right(3, 2)] });
      const end = await join.batch({ evict: 100 });
      return [...batch.times, ...end.times];
    };
    expect(await timesOf({})).toEqual([5, 1, 2]);
    expect(await timesOf({ time: 'left' })).toEqual([5, 1, Number.NaN]);
    expect(await timesOf({ time: 'right' })).toEqual([8, Number.NaN, 2]);
    expect(await timesOf({ type: 'rightOuter' })).toEqual([8, 2]);
    expect(await timesOf({ type: 'inner' })).toEqual([5]);
    const window = { start: 0, end: 10 };
    expect(await timesOf({ onTime: [() => window, () => window] })).toEqual([9.5, 9.5, 9.5]);
  });

  it('does not depend on which side’s rows come first', async () => {
    const rows = [left(1, 5), right(1, 3), right(1, 900), left(1, 2), right(2, 1)];
    const results = await Promise.all(
      [rows, [...rows].reverse()].map(async (order) => {
        const join = await joinOf('fullOuter', false);
        // Everything is due already when it arrives, and still meets its partners.
        const { rows: out, total } = await join.batch({ rows: order, late: 0, evict: 2_000_000 });
        expect(total).toBe(0);
        return out.map((row) => JSON.stringify(row)).sort();
      }),
    );
    expect(results[0]).toEqual(results[1]);
    expect(results[0]).toHaveLength(5);
  });
});
