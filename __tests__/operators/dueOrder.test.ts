import fc from 'fast-check';
import { compareDue, inKeyOrder } from '../../operators/internal/dueOrder.js';

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
    const due = fc.uniqueArray(
      fc.record({ time: fc.constant(7), key: keys as fc.Arbitrary<unknown> }),
      { selector: ({ key }) => (key === 0 ? '0' : String(key)) },
    );
    fc.assert(
      fc.property(due, (entries) => {
        expect(inKeyOrder(entries)).toEqual([...entries].sort(compareDue));
      }),
    );
  });
});
