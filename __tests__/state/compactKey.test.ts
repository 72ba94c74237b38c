import fc from 'fast-check';
import { canonicalKey, canonicalObject } from '../../lib/state/canonicalKey.js';
import { isPackedPair, unpackedPair } from '../../lib/state/packedPair.js';

const part = fc.oneof(
  fc.integer(),
  fc.nat({ max: 3 }),
  fc.nat({ max: 2 ** 27 }),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(
    0,
    -0,
    2 ** 31,
    -(2 ** 31),
    2 ** 32,
    Number.NaN,
    null,
    undefined,
    '',
    'a',
    '\u0000',
  ),
  fc.string({ maxLength: 60 }),
);
const key = fc.oneof(
  fc.array(part, { maxLength: 4 }),
  fc.array(fc.oneof(part, fc.array(part, { maxLength: 2 })), { maxLength: 3 }),
);

describe('a composite key in a Map', () => {
  it('is the same exactly where its canonical text is', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        const same = canonicalObject(a, 'op') === canonicalObject(b, 'op');
        expect(canonicalKey(a, 'op') === canonicalKey(b, 'op')).toBe(same);
      }),
      { numRuns: 2000 },
    );
  });

  it('is made the same way each time', () => {
    fc.assert(
      fc.property(key, (a) => {
        expect(canonicalKey(structuredClone(a), 'op')).toBe(canonicalKey(a, 'op'));
      }),
    );
  });

  it.each([
    [
      [1, 2],
      [1, 2.5],
    ],
    [
      [1, 23],
      [12, 3],
    ],
    [
      ['a', 'b'],
      ['ab', ''],
    ],
    [
      [1, [2]],
      [1, 2],
    ],
    [['z'], [null]],
    [
      [65_536, 0],
      [1, 0],
    ],
    [[2 ** 32], [0]],
    [[-1], [4_294_967_295]],
    [['1'], [1]],
    [
      [0, 2 ** 26],
      [1, 0],
    ],
    [
      [1, 2],
      [2, 1],
    ],
  ])('keeps %j and %j apart', (a, b) => {
    expect(canonicalKey(a, 'op')).not.toBe(canonicalKey(b, 'op'));
  });

  it('is a number for small whole ones, from which the pair comes back', () => {
    const small = fc.nat({ max: 2 ** 26 - 1 });
    fc.assert(
      fc.property(small, small, (a, b) => {
        const packed = canonicalKey([a, b], 'op');
        expect(isPackedPair(packed) && unpackedPair(packed)).toEqual([a, b]);
        expect(canonicalKey(packed, 'op')).not.toBe(packed);
      }),
    );
    const most = 2 ** 26;
    for (const pair of [[-1, 0], [0, most], [most, 0], [0.5, 1], [1], [1, 2, 3], ['1', 2]]) {
      expect(isPackedPair(canonicalKey(pair, 'op'))).toBe(false);
    }
    expect(canonicalKey([-0, 0], 'op')).toBe(canonicalKey([0, 0], 'op'));
    for (const number of [2 ** 52 - 1, 2 ** 53, -(2 ** 52), Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(canonicalKey(number, 'op')).toBe(number);
    }
  });

  it('takes keys of any length and refuses cycles', () => {
    const long = Array.from({ length: 200 }, (_, i) => i);
    expect(canonicalKey(long, 'op')).toBe(canonicalKey([...long], 'op'));
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => canonicalKey(cycle, 'op')).toThrow('key');
  });
});
