import { StreamingError } from '../../lib/errors.js';
import { type Entry, entryKey, entryTime, isDirty } from '../../lib/state/entry.js';
import type { EpochRecord, StateBackend } from '../../lib/state/stateBackend.js';
import type { KeyedTable, TimedTable } from '../../lib/state/stateStore.js';

/** Any backend that follows lib/state/stateBackend.ts passes. */
export interface BackendUnderTest {
  open(): Promise<StateBackend>;
  /** Closes what `open` gave last and opens the same state again; absent: nothing is kept. */
  reopen?(): Promise<StateBackend>;
  cleanUp?(): Promise<void>;
}

const { POSITIVE_INFINITY: always } = Number;

export function recordOf(batchId: number, more: Partial<EpochRecord> = {}): EpochRecord {
  return {
    queryId: 'q',
    batchId,
    watermarkMs: null,
    nextWatermarkMs: null,
    watermarkNodes: {},
    completed: false,
    ...more,
  };
}

const keys: readonly (readonly [string, unknown, unknown])[] = [
  ['null', null, undefined],
  ['boolean', true, true],
  ['number', 1, 1],
  ['zero', 0, -0],
  ['NaN', Number.NaN, Number.NaN],
  ['bigint', 1n, 1n],
  ['string', '1', '1'],
  ['empty string', '', ''],
  ['a string that begins like a composite key', '\u0000n1;', '\u0000n1;'],
  ['__proto__', '__proto__', '__proto__'],
  ['constructor', 'constructor', 'constructor'],
  ['Date', new Date(5), new Date(5)],
  ['bytes', Uint8Array.of(0, 1, 255), Uint8Array.of(0, 1, 255)],
  ['array', ['a', 1, null], ['a', 1, undefined]],
  ['pair of small numbers', [3, 0], [3, -0]],
  ['pair of other numbers', [3, -1], [3, -1]],
  ['nested array', [['a'], []], [['a'], []]],
  ['object', { a: 1, b: 'x' }, { b: 'x', a: 1 }],
  ['object with __proto__', JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":1}')],
];

export function stateBackendContract(name: string, make: () => BackendUnderTest): void {
  describe(`${name} keeps the contract of StateBackend`, () => {
    let under: BackendUnderTest;
    let backend: StateBackend;
    let batch = -1;

    beforeEach(async () => {
      under = make();
      backend = await under.open();
      batch = -1;
    });
    afterEach(async () => {
      await backend.close();
      await under.cleanUp?.();
    });

    const keyed = <V>(table = 't'): KeyedTable<V> => backend.operator('op-0').keyed<V>(table);
    const timed = <V>(table = 't'): TimedTable<V> => backend.operator('op-0').timed<V>(table);
    const commit = async () => {
      await backend.commit(recordOf(++batch));
      backend.begin();
    };
    const restart = async () => {
      if (under.reopen) backend = await under.reopen();
      backend.begin();
    };

    it('gives the same store and tables each time', () => {
      expect(backend.operator('a')).toBe(backend.operator('a'));
      expect(keyed()).toBe(keyed());
      expect(timed('u')).toBe(timed('u'));
    });

    it('refuses a name in two layouts', () => {
      keyed('t');
      expect(() => timed('t')).toThrow("already has a keyed table 't'");
    });

    describe('a keyed table', () => {
      it.each(keys)('finds by %s what was inserted', async (_name, key, same) => {
        keyed<string>().insert(key, 'v');
        expect(keyed<string>().find(same)?.value).toBe('v');
        await commit();
        expect(keyed<string>().find(same)?.value).toBe('v');
        await restart();
        expect(keyed<string>().find(same)?.value).toBe('v');
        expect(keyed().find('other')).toBeUndefined();
      });

      it.each(keys)('finds or inserts by %s', async (_name, key, same) => {
        let zeros = 0;
        const zero = () => `zero ${++zeros}`;
        const entry = keyed<string>().findOrInsert(key, { zero });
        expect([entryKey(entry), entry.value]).toEqual([key, 'zero 1']);
        expect(keyed<string>().findOrInsert(same, { zero })).toBe(entry);
        await commit();
        await restart();
        expect(keyed<string>().findOrInsert(same, { zero }).value).toBe('zero 1');
        const found = keyed<string>().find(key);
        if (found) keyed<string>().remove(found);
        expect(keyed<string>().findOrInsert(key, { zero }).value).toBe('zero 2');
        expect(keyed().size).toBe(1);
      });

      it('keeps all kinds of key apart', async () => {
        keys.forEach(([, key], at) => {
          keyed<number>().insert(key, at);
        });
        await commit();
        await restart();
        expect(keyed().size).toBe(keys.length);
        expect(keys.map(([, , same]) => keyed<number>().find(same)?.value)).toEqual(
          keys.map((_, at) => at),
        );
      });

      it('gives keys back as they were', async () => {
        for (const [, key] of keys) keyed<number>().insert(key, 0);
        await commit();
        await restart();
        await keyed().loadAll();
        expect([...keyed().entries()].map((e) => entryKey(e))).toEqual(
          expect.arrayContaining(keys.map(([, key]) => key)),
        );
      });

      it('sees changes of the batch and lists them in order', () => {
        const table = keyed<number>();
        const a = table.insert('a', 1);
        table.insert('b', 2);
        a.value = 3;
        table.touch(a);
        expect(table.touched().map((e) => [entryKey(e), e.value])).toEqual([
          ['a', 3],
          ['b', 2],
        ]);
        expect(isDirty(a)).toBe(true);
      });

      it('lists nothing after a commit, and what is touched then', async () => {
        const table = keyed<number>();
        table.insert('a', 1);
        table.insert('b', 2);
        await commit();
        expect(table.touched()).toEqual([]);
        const b = table.find('b') as Entry<number>;
        expect(isDirty(b)).toBe(false);
        b.value = 5;
        table.touch(b);
        table.touch(b);
        expect(table.touched().map((e) => entryKey(e))).toEqual(['b']);
        await commit();
        await restart();
        expect(keyed<number>().find('b')?.value).toBe(5);
      });

      it('lists what is touched in a turn, and commits the whole batch', async () => {
        const table = keyed<number>();
        backend.beginTurn();
        const a = table.insert('a', 1);
        const b = table.insert('b', 1);
        backend.beginTurn();
        expect(table.touched()).toEqual([]);
        table.touch(b);
        table.insert('c', 1);
        table.remove(a);
        expect(table.touched().map((entry) => entryKey(entry))).toEqual(['b', 'c']);
        await commit();
        backend.beginTurn();
        expect(table.touched()).toEqual([]);
        expect([table.find('a'), table.find('b')?.value, table.find('c')?.value]).toEqual([
          undefined,
          1,
          1,
        ]);
      });

      it('forgets what is removed, in the batch and after it', async () => {
        keyed<number>().insert('a', 1);
        keyed<number>().insert('b', 2);
        await commit();
        await restart();
        keyed().remove(keyed().find('a') as Entry<unknown>);
        expect(keyed().find('a')).toBeUndefined();
        expect(keyed().size).toBe(1);
        expect(keyed().touched()).toEqual([]);
        await commit();
        expect(keyed().find('a')).toBeUndefined();
        await restart();
        expect(keyed().find('a')).toBeUndefined();
        expect(keyed().size).toBe(1);
      });

      it('takes a removed key again in the same batch', async () => {
        keyed<number>().insert('a', 1);
        await commit();
        await restart();
        keyed().remove(keyed().find('a') as Entry<unknown>);
        keyed<number>().insert('a', 2);
        expect(keyed<number>().find('a')?.value).toBe(2);
        expect(keyed().touched().length).toBe(1);
        expect(keyed().size).toBe(1);
        await commit();
        await restart();
        expect(keyed<number>().find('a')?.value).toBe(2);
        expect(keyed().size).toBe(1);
      });

      it('leaves nothing of a key inserted and removed in one batch', async () => {
        keyed().remove(keyed<number>().insert('a', 1));
        expect(keyed().size).toBe(0);
        await commit();
        await restart();
        expect(keyed().find('a')).toBeUndefined();
        expect(keyed().size).toBe(0);
      });

      it('removes once when told twice', () => {
        const a = keyed<number>().insert('a', 1);
        keyed<number>().insert('b', 1);
        keyed().remove(a);
        keyed().remove(a);
        expect(keyed().size).toBe(1);
      });

      it('refuses a second insert of a key', () => {
        keyed<number>().insert('a', 1);
        expect(() => keyed<number>().insert('a', 2)).toThrow('inserted a key twice');
      });

      it('gives all entries once loaded, changes included', async () => {
        for (let i = 0; i < 10; i++) keyed<number>().insert(i, i);
        await commit();
        await restart();
        keyed().remove(keyed().find(3) as Entry<unknown>);
        keyed<number>().insert(10, 10);
        await keyed().loadAll();
        const found = [...keyed<number>().entries()].map((e) => e.value);
        expect(found.sort((a, b) => a - b)).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9, 10]);
      });

      it('refuses entries that were not loaded in this batch', async () => {
        await keyed().loadAll();
        await commit();
        expect(() => [...keyed().entries()]).toThrow('without loadAll()');
      });

      it.each([
        ['function', () => 1],
        ['symbol', Symbol('s')],
        ['RegExp', /a/],
      ])('refuses a %s as key', (found, key) => {
        expect(() => keyed().find(key)).toThrow(
          new StreamingError('STATE_NOT_ENCODABLE', { operator: 'op-0', path: 'key', found }),
        );
      });

      it('refuses a cyclic key', () => {
        const key: unknown[] = [];
        key.push(key);
        expect(() => keyed().find(key)).toThrow(
          expect.objectContaining({ code: 'STATE_NOT_ENCODABLE' }),
        );
      });
    });

    describe('a timed table', () => {
      const due = (upTo: number) =>
        Array.from(timed<number>().due(upTo), (e) => [entryTime(e), entryKey(e), e.value]);

      it('finds by time and key', async () => {
        timed<number>().insert(1, 'a', 1);
        timed<number>().insert(2, 'a', 2);
        timed<number>().insert(2, 'b', 3);
        await commit();
        await restart();
        expect(timed<number>().find(1, 'a')?.value).toBe(1);
        expect(timed<number>().find(2, 'a')?.value).toBe(2);
        expect(timed<number>().find(2, 'b')?.value).toBe(3);
        expect(timed().find(1, 'b')).toBeUndefined();
        expect(timed().find(3, 'a')).toBeUndefined();
        expect(timed().size).toBe(3);
      });

      it('gives what is due in order of time, the boundary included', async () => {
        for (const time of [5, 1, 3.5, -2, 3, 4]) timed<number>().insert(time, 'k', time);
        await commit();
        await restart();
        await timed().load(3.5);
        expect(due(3.5).map(([time]) => time)).toEqual([-2, 1, 3, 3.5]);
        expect(due(-3)).toEqual([]);
      });

      it('merges what is due with the changes of the batch', async () => {
        timed<number>().insert(1, 'a', 1);
        timed<number>().insert(2, 'a', 2);
        await commit();
        await restart();
        timed().remove(timed().find(1, 'a') as Entry<unknown>);
        timed<number>().insert(1.5, 'b', 3);
        const two = timed<number>().find(2, 'a') as Entry<number>;
        two.value = 4;
        timed<number>().touch(two);
        await timed().load(2);
        expect(due(2)).toEqual([
          [1.5, 'b', 3],
          [2, 'a', 4],
        ]);
      });

      it('evicts while iterating', async () => {
        for (let i = 0; i < 20; i++) timed<number>().insert(i % 7, i, i);
        await commit();
        await restart();
        await timed().load(3);
        for (const entry of timed().due(3)) timed().remove(entry);
        expect(due(3)).toEqual([]);
        expect(timed().size).toBe(8);
        await commit();
        await restart();
        await timed().loadAll();
        expect(due(always).length).toBe(8);
      });

      it('takes out what is due, a time after the other', async () => {
        for (let i = 0; i < 20; i++) timed<number>().insert(i % 7, i, i);
        await commit();
        await restart();
        timed<number>().insert(1, 'new', 20);
        timed().remove(timed().find(0, 7) as Entry<unknown>);
        await timed().load(2);
        const taken = Array.from(timed<number>().takeDue(2), (entries) =>
          entries.map((entry) => [entryTime(entry), entryKey(entry), entry.value]),
        );
        expect(taken.map((entries) => entries[0]?.[0])).toEqual([0, 1, 2]);
        expect(taken[0]).toEqual(expect.arrayContaining([[0, 0, 0]]));
        expect(taken[0]?.length).toBe(2);
        expect(taken[1]).toEqual(expect.arrayContaining([[1, 'new', 20]]));
        expect([...timed().takeDue(2)]).toEqual([]);
        expect(timed().touched()).toEqual([]);
        expect(timed().size).toBe(11);
        timed<number>().insert(1, 8, 21);
        expect(due(2)).toEqual([[1, 8, 21]]);
        await commit();
        await restart();
        await timed().loadAll();
        expect(due(2)).toEqual([[1, 8, 21]]);
        expect(due(always).length).toBe(12);
      });

      it('refuses to take out what was not loaded in this batch', async () => {
        await timed().load(5);
        expect(() => [...timed().takeDue(6)]).toThrow('without load(6)');
      });

      it('visits what is inserted meanwhile and not yet passed', async () => {
        timed<number>().insert(1, 'a', 1);
        timed<number>().insert(3, 'a', 3);
        await timed().load(3);
        const seen: unknown[] = [];
        for (const entry of timed<number>().due(3)) {
          seen.push([entryTime(entry), entryKey(entry)]);
          timed().remove(entry);
          if (entryKey(entry) === 'a') {
            timed<number>().insert(2, 'b', 2);
            timed<number>().insert(1, 'c', 1);
            timed<number>().insert(0, 'late', 0);
            timed<number>().insert(4, 'early', 0);
          }
          if (entryKey(entry) === 'c') break;
        }
        expect(seen).toEqual([
          [1, 'a'],
          [1, 'c'],
        ]);
        expect(due(3)).toEqual([
          [0, 'late', 0],
          [2, 'b', 2],
          [3, 'a', 3],
        ]);
      });

      it('does not visit what is inserted at a time already passed', async () => {
        timed<number>().insert(1, 'a', 1);
        timed<number>().insert(2, 'a', 2);
        await timed().load(2);
        const seen: unknown[] = [];
        for (const entry of timed().due(2)) {
          seen.push(entryTime(entry));
          if (entryTime(entry) === 2 && seen.length < 10) timed<number>().insert(0, 'late', 0);
        }
        expect(seen).toEqual([1, 2]);
      });

      it('refuses what was not loaded in this batch', async () => {
        await timed().load(5);
        expect(() => due(6)).toThrow('without load(6)');
        await commit();
        expect(() => due(5)).toThrow('without load(5)');
        expect(() => [...timed().entries()]).toThrow('without loadAll()');
      });

      it('knows the first time', async () => {
        expect(await timed().firstTime()).toBeUndefined();
        timed<number>().insert(3, 'a', 1);
        timed<number>().insert(2, 'a', 1);
        await commit();
        await restart();
        await timed().load(0);
        expect(await timed().firstTime()).toBe(2);
        timed().remove(timed().find(2, 'a') as Entry<unknown>);
        expect(await timed().firstTime()).toBe(3);
        timed<number>().insert(1, 'b', 1);
        expect(await timed().firstTime()).toBe(1);
        await commit();
        await restart();
        expect(await timed().firstTime()).toBe(1);
      });

      it('re-arms a timer again and again', async () => {
        let at = 0;
        timed<number>().insert(at, 'k', 0);
        for (let i = 0; i < 300; i++) {
          timed().remove(timed().find(at, 'k') as Entry<unknown>);
          at = (i * 37) % 101;
          timed<number>().insert(at, 'k', i);
          if (i % 50 === 0) await commit();
        }
        expect(timed().size).toBe(1);
        expect(await timed().firstTime()).toBe(at);
        await timed().loadAll();
        expect(due(always)).toEqual([[at, 'k', 299]]);
      });

      it('takes −0 for 0', async () => {
        timed<number>().insert(-0, 'a', 1);
        await commit();
        await restart();
        expect(timed<number>().find(0, 'a')?.value).toBe(1);
      });

      it.each([Number.NaN, always, -always])('refuses %p as a time', (time) => {
        expect(() => timed<number>().insert(time, 'a', 1)).toThrow(RangeError);
      });

      it('gives all entries once loaded', async () => {
        for (let i = 0; i < 5; i++) timed<number>().insert(i, 'k', i);
        await commit();
        await restart();
        timed().remove(timed().find(2, 'k') as Entry<unknown>);
        await timed().loadAll();
        expect([...timed<number>().entries()].map((e) => e.value).sort()).toEqual([0, 1, 3, 4]);
      });
    });

    it('counts per batch', async () => {
      keyed<number>().insert('a', 1);
      keyed<number>().insert('b', 1);
      backend.operator('op-0').keyed<number>('index', { counted: false }).insert('a', 1);
      expect(backend.operator('op-0').metrics).toMatchObject({
        numRowsTotal: 2,
        numRowsUpdated: 2,
        numRowsRemoved: 0,
      });
      await commit();
      keyed().remove(keyed().find('a') as Entry<unknown>);
      expect(backend.operator('op-0').metrics).toMatchObject({
        numRowsTotal: 1,
        numRowsUpdated: 0,
        numRowsRemoved: 1,
      });
    });

    it('keeps operators apart', async () => {
      backend.operator('a').keyed<number>('t').insert('k', 1);
      backend.operator('b').keyed<number>('t').insert('k', 2);
      await commit();
      await restart();
      expect(backend.operator('a').keyed<number>('t').find('k')?.value).toBe(1);
      expect(backend.operator('b').keyed<number>('t').find('k')?.value).toBe(2);
    });

    it('answers STATE_CLOSED after close, and takes a second close', async () => {
      const table = keyed<number>();
      table.insert('a', 1);
      await backend.close();
      await backend.close();
      expect(() => table.find('a')).toThrow(expect.objectContaining({ code: 'STATE_CLOSED' }));
      expect(() => backend.begin()).toThrow(expect.objectContaining({ code: 'STATE_CLOSED' }));
      expect(() => backend.operator('x')).toThrow(
        expect.objectContaining({ code: 'STATE_CLOSED' }),
      );
    });
  });
}
