import fc from 'fast-check';
import { canonicalKey } from '../../lib/state/canonicalKey.js';
import { entryKey } from '../../lib/state/entry.js';
import { compareDue, type Due, inKeyOrder } from '../../operators/internal/dueOrder.js';
import { tableEntry } from '../../state/tables/tableEntry.js';

const kinds = {
  'whole numbers': fc.nat(),
  'whole numbers close together': fc.nat(60).map((n) => n + 1000),
  'large and negative whole numbers': fc.oneof(
    fc.nat(),
    fc.constantFrom(-1, -0, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1),
  ),
  'any keys': fc.oneof(fc.double(), fc.string(), fc.constant(null), fc.tuple(fc.nat(), fc.nat())),
};

describe('what is due at one time leaves by key', () => {
  it.each(Object.entries(kinds))('%s', (_name, keys) => {
    const different = fc.uniqueArray(keys as fc.Arbitrary<unknown>, {
      selector: (key) => (key === 0 ? '0' : String(key)),
    });
    fc.assert(
      fc.property(different, (all) => {
        const entries = all.map((key) => tableEntry(canonicalKey(key, ''), key, null, 7));
        const timers = all.map((key) => ({ time: 7, key }));
        expect(inKeyOrder(entries).map(entryKey)).toEqual(timers.sort(compareDue).map(keyOf));
      }),
    );
  });
});

function keyOf({ key }: Due): unknown {
  return key;
}
