import { canonicalKey } from '../../lib/state/canonicalKey.js';
import { entryKey } from '../../lib/state/entry.js';
import { KeyedMapTable } from '../../state/tables/keyedMapTable.js';
import type { TableBelow } from '../../state/tables/tableBelow.js';
import { TimedMapTable } from '../../state/tables/timedMapTable.js';

/** A disk that says its first time when the test lets it, and notes what is read of it. */
class SlowDisk implements TableBelow<null> {
  readonly id = 1;
  readonly storedCount = 1;
  readonly sweeps = 0;
  readonly writing = true;
  readonly scans: number[] = [];
  private readonly asked: ((time: number) => void)[] = [];

  read = () => undefined;
  cached = () => undefined;
  writeKey = () => undefined;
  writeValue = () => 0;
  lastTime = () => 50;
  scan(_after: number, upTo: number): void {
    this.scans.push(upTo);
  }
  firstTime(): Promise<number> {
    return new Promise((resolve) => {
      this.asked.push(resolve);
    });
  }
  /** Answers the oldest question. */
  async answer(time: number): Promise<void> {
    this.asked.shift()?.(time);
    await Promise.resolve();
  }
}

describe('a timed table above a disk', () => {
  it('asks again for the first time if what a commit wrote has left memory meanwhile', async () => {
    const disk = new SlowDisk();
    const table = new TimedMapTable<null>('operator', 'timers', true, disk);
    table.beginBatch();
    table.insert(10, 'a', null);
    table.noteStored(10);
    table.forgetChanges();
    table.beginBatch();
    const loaded = table.load(5);
    // The commit answers: the entry is on disk only.
    expect(table.sweep(100, 0, 1000)).toBe(1);
    await disk.answer(50); // as the disk was before
    await disk.answer(10);
    await loaded;
    table.beginBatch();
    void table.load(20);
    expect(disk.scans).toEqual([5, 20]);
  });
});

describe('a keyed table in memory', () => {
  it('finds by the short way what this turn has changed, and nothing else', () => {
    const table = new KeyedMapTable<number>('operator', 'groups', true, undefined);
    table.beginBatch();
    const a = table.insert('a', 1);
    table.insert([1, 2], 2);
    table.insert(null, 3);
    const changed = table.changedEntries();
    expect(changed?.changed('a')).toBe(a);
    expect(changed?.changed('b')).toBeUndefined();
    // Keys that are not their own canonical form are found the long way alone.
    for (const key of [[1, 2], null, undefined]) expect(changed?.changed(key)).toBeUndefined();
    expect(changed?.changed(canonicalKey([1, 2], 'operator'))).toBeUndefined();
    table.remove(a);
    expect(changed?.changed('a')).toBeUndefined();
    table.insert('c', 4);
    table.forgetChanges();
    table.beginBatch();
    expect(table.changedEntries()?.changed('c')).toBeUndefined();
    const c = table.find('c');
    if (c) table.touch(c);
    expect(table.changedEntries()?.changed('c')).toBe(c);
    table.beginTurn();
    expect(table.changedEntries()).toBeUndefined();
  });

  it('keeps a pair of numbers and the number that stands for it apart', () => {
    const table = new KeyedMapTable<string>('operator', 'groups', true, undefined);
    table.beginBatch();
    const standsFor = canonicalKey([3, 4], 'operator');
    table.insert([3, 4], 'pair');
    expect(table.find(standsFor)).toBeUndefined();
    table.insert(standsFor, 'number');
    expect(table.find([3, 4])?.value).toBe('pair');
    expect(table.find(standsFor)?.value).toBe('number');
    void table.loadAll();
    expect([...table.entries()].map(entryKey)).toEqual([[3, 4], standsFor]);
  });
});

describe('a timed table in memory', () => {
  it('finds no entry by its time that has been taken out', () => {
    const table = new TimedMapTable<number>('operator', 'groups', true, undefined);
    table.beginBatch();
    for (const key of ['a', 'b', 'c']) table.insert(10, key, 1);
    const changed = table.changedAt(10);
    expect(changed?.changed('b')?.value).toBe(1);
    const b = table.find(10, 'b');
    if (b) table.remove(b);
    expect(changed?.changed('b')).toBeUndefined();
    void table.load(10);
    expect([...table.takeDue(10)]).toHaveLength(1);
    expect(changed?.changed('c')).toBeUndefined();
  });
});
