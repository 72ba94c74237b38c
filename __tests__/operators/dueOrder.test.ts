import fc from 'fast-check';
import { compareDue, inDueOrder } from '../../operators/internal/dueOrder.js';

const kinds = {
  'whole numbers': fc.nat(),
  'whole numbers close together': fc.nat(60).map((n) => n + 1000),
  'large and negative whole numbers': fc.oneof(
    fc.nat(),
    fc.constantFrom(-1, -0, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1),
  ),
  'any keys': fc.oneof(fc.double(), fc.string(), fc.constant(null), fc.tuple(fc.nat(), fc.nat())),
};

describe('what is due leaves by time, and at one time by key', () => {
  it.each(Object.entries(kinds))('%s', (_name, keys) => {
    const due = fc.uniqueArray(fc.record({ time: fc.nat(2), key: keys as fc.Arbitrary<unknown> }), {
      selector: ({ time, key }) => JSON.stringify([time, key === 0 ? 0 : String(key)]),
    });
    fc.assert(
      fc.property(due, (entries) => {
        const byTime = [...entries].sort((a, b) => a.time - b.time);
        expect([...inDueOrder(byTime)]).toEqual([...entries].sort(compareDue));
      }),
    );
  });
});
