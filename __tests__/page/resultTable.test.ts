import fc from 'fast-check';
import { ResultTable } from '../../lib/page/resultTable.js';
import type { Cell, TableChange } from '../../lib/page/wire.js';

/** What a page holds that was told every change. */
class Told {
  readonly rows = new Map<number, readonly Cell[]>();
  columns: readonly string[] = [];

  take(change: TableChange | null): this {
    if (!change) return this;
    if (change.full) this.rows.clear();
    for (const id of change.removed) this.rows.delete(id);
    for (const [id, ...cells] of change.rows) this.rows.set(id, cells);
    this.columns = change.columns;
    return this;
  }

  get sorted(): string[] {
    return [...this.rows.values()].map((cells) => JSON.stringify(cells)).sort();
  }
}

const text = (row: readonly Cell[]) => JSON.stringify(row);

describe('the result table of the page', () => {
  it('keeps the last rows in append mode', () => {
    const table = new ResultTable('append', 3);
    table.take([{ n: 1 }, { n: 2 }]);
    table.take([{ n: 3 }, { n: 4 }]);
    expect(table.snapshot()).toMatchObject({ columns: ['n'], total: 4 });
    expect(table.snapshot().rows.map(([, n]) => n)).toEqual([2, 3, 4]);
  });

  it('puts a row of update mode in the place of the one with its key and window', () => {
    const table = new ResultTable('update', 10);
    const window = { start: new Date(0), end: new Date(1000) };
    table.take([{ key: 'a', window, n: 1 }]);
    table.take([{ key: 'b', window, n: 1 }]);
    table.take([{ key: 'a', window: { start: 0, end: 1000 }, n: 2 }]);
    expect(table.snapshot().rows.map(([, key, bounds, n]) => [key, bounds, n])).toEqual([
      ['b', { w: [0, 1000] }, 1],
      ['a', { w: [0, 1000] }, 2],
    ]);
  });

  it('tells 1 and "1", null and "null" apart', () => {
    const table = new ResultTable('update', 10);
    table.take([1, '1', null, 'null', true, undefined].map((key) => ({ key })));
    expect(table.snapshot().rows).toHaveLength(6);
  });

  it('appends update rows that have neither key nor window', () => {
    const table = new ResultTable('update', 10);
    table.take([{ n: 1 }, { n: 1 }]);
    expect(table.snapshot().rows).toHaveLength(2);
  });

  it('shows the newest batch of complete mode, in its order, and says what left', () => {
    const table = new ResultTable('complete', 2);
    const told = new Told();
    table.take([
      { key: 'a', n: 1 },
      { key: 'b', n: 1 },
    ]);
    told.take(table.change());
    table.take([
      { key: 'c', n: 9 },
      { key: 'b', n: 1 },
      { key: 'a', n: 1 },
    ]);
    const change = table.change();
    told.take(change);
    expect(change?.total).toBe(3);
    expect(change?.rows.map(([, key]) => key)).toEqual(['c']); // b is as it was
    expect(told.sorted).toEqual([text(['b', 1]), text(['c', 9])]);
  });

  it('says nothing when nothing has changed', () => {
    const table = new ResultTable('append', 2);
    expect(table.change()).toBeNull();
    table.take([{ n: 1 }]);
    expect(table.change()).not.toBeNull();
    expect(table.change()).toBeNull();
    table.take([]);
    expect(table.change()).toBeNull();
  });

  it('starts over when a column comes later', () => {
    const table = new ResultTable('append', 5);
    table.take([{ a: 1 }]);
    table.change();
    table.take([{ a: 2, b: 3 }]);
    expect(table.change()).toMatchObject({
      full: true,
      columns: ['a', 'b'],
      rows: [
        [0, 1, null],
        [1, 2, 3],
      ],
    });
  });

  it('takes rows that are no objects, and keys of the prototype', () => {
    const table = new ResultTable('append', 5);
    table.take([7, 'x', null]);
    expect(table.snapshot().rows.map(([, value]) => value)).toEqual([7, 'x', null]);
    const odd = new ResultTable('update', 5);
    odd.take([
      { key: '__proto__', n: 1 },
      { key: 'constructor', n: 2 },
      JSON.parse('{"__proto__": 3, "key": "x"}'),
    ]);
    expect(odd.snapshot().columns).toEqual(['key', 'n', '__proto__']);
    expect(odd.snapshot().rows).toHaveLength(3);
  });

  it('sends at most 2,000 rows in one message, and all of them in the end', () => {
    const table = new ResultTable('append', 5000);
    const told = new Told();
    table.take(Array.from({ length: 5000 }, (_, n) => ({ n })));
    const first = table.change();
    expect(first?.rows).toHaveLength(2000);
    expect(table.hasMore).toBe(true);
    told.take(first).take(table.change()).take(table.change());
    expect(told.rows.size).toBe(5000);
    expect(table.hasMore).toBe(false);
  });

  it('told in any steps, is the fold of all batches', () => {
    const row = fc.record({ key: fc.nat(6), n: fc.nat(3) });
    const step = fc.oneof(fc.array(row, { maxLength: 9 }), fc.constant('tell' as const));
    fc.assert(
      fc.property(fc.array(step), fc.integer({ min: 7, max: 9 }), (steps, limit) => {
        const table = new ResultTable('update', limit);
        const told = new Told();
        const expected = new Map<number, string>();
        for (const each of steps) {
          if (each === 'tell') told.take(table.change());
          else {
            // An operator emits a group once per batch.
            const batch = [...new Map(each.map((one) => [one.key, one])).values()];
            table.take(batch);
            for (const { key, n } of batch) expected.set(key, text([key, n]));
          }
        }
        told.take(table.change());
        expect(told.sorted).toEqual([...expected.values()].sort());
      }),
    );
  });
});
