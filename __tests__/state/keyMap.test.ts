import fc from 'fast-check';
import { KeyMap } from '../../state/tables/keyMap.js';
import { type TableEntry, tableEntry } from '../../state/tables/tableEntry.js';

const entryOf = (key: unknown): TableEntry<null> => tableEntry(key, key, null, undefined);

/** Few enough to meet again; NaN, −0 and those of 32 bits lie elsewhere than the others. */
const keys = fc.oneof(
  fc.constantFrom<unknown>(0, -0, 1, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1),
  fc.constantFrom<unknown>(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 53),
  fc.constantFrom<unknown>('', 'a', '1.5', null, true, 5n),
  fc.nat(40).map((n) => n + 0.5),
  fc.nat(40).map((n) => 2 ** 52 + n * 2 ** 26 + n),
);

const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('set' as const), key: keys }),
    fc.record({ do: fc.constant('delete' as const), key: keys }),
    fc.record({ do: fc.constant('get' as const), key: keys }),
  ),
  { maxLength: 400, size: 'max' },
);

describe('the map of a table', () => {
  it('is a Map', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const map = new KeyMap<null>();
        const model = new Map<unknown, TableEntry<null>>();
        for (const step of all) {
          const entry = entryOf(step.key);
          if (step.do === 'set') {
            map.set(step.key, entry);
            model.set(step.key, entry);
          } else if (step.do === 'delete') {
            map.delete(step.key);
            model.delete(step.key);
          }
          expect(map.get(step.key)).toBe(model.get(step.key));
          expect(map.size).toBe(model.size);
        }
        expect(new Set(map.values())).toEqual(new Set(model.values()));
        expect(new Set(map.valuesAtRest())).toEqual(new Set(model.values()));
      }),
      { numRuns: 100 },
    );
  });

  it('shows numbers that are boxed in the order in which they came, also when many have gone', () => {
    const map = new KeyMap<null>();
    const wanted: unknown[] = [];
    for (let i = 0; i < 10_000; i++) {
      map.set(i + 0.5, entryOf(i + 0.5));
      if (i % 7 === 0) wanted.push(i + 0.5);
    }
    for (let i = 0; i < 10_000; i++) if (i % 7 !== 0) map.delete(i + 0.5);
    expect(Array.from(map.values(), (entry) => entry.mapKey)).toEqual(wanted);
    for (const key of wanted) expect(map.get(key)?.mapKey).toBe(key);
  });

  it('shows what comes while it is walked, and not what has gone', () => {
    fc.assert(
      fc.property(
        fc.array(keys, { maxLength: 60 }),
        fc.array(keys, { maxLength: 200 }),
        (at, later) => {
          const map = new KeyMap<null>();
          for (const key of at) map.set(key, entryOf(key));
          const coming = [...later];
          const seen = new Set<unknown>();
          for (const entry of map.values()) {
            expect(map.get(entry.mapKey)).toBe(entry); // not one that has gone
            seen.add(entry);
            const key = coming.pop();
            if (coming.length === 0) continue;
            if (map.get(key) === undefined) map.set(key, entryOf(key));
            else map.delete(key);
          }
          for (const entry of map.values()) expect(seen.has(entry)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});
