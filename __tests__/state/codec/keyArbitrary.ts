import fc from 'fast-check';
import { Decimal } from '../../../lib/schema/decimal.js';

const leaf = fc.oneof(
  fc.constantFrom(null, true, false, 0, 1, -1, Number.NaN, 0.5, 1e300, -1e-300),
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.string(),
  fc.string({ unit: 'binary' }),
  // Lone surrogates and NUL as well.
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.array(fc.constantFrom('\u0000', '\u0001', '\u0002', 'a')).map((units) => units.join('')),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ maxLength: 8 }),
  fc
    .tuple(fc.bigInt(), fc.integer({ min: -38, max: 38 }), fc.integer({ min: 1, max: 38 }))
    .map(([unscaled, scale, precision]) => new Decimal(unscaled, scale, precision)),
);

/** Everything that a state key may be. */
export const key: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  key: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    // A key is read back as 0 where it was −0.
    leaf.map((each) => (each === 0 ? 0 : each)),
    fc.array(tie('key'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'a', '')), tie('key'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
})).key;

/** Everything that a state value may be. */
export const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.constantFrom(undefined, -0, Number.POSITIVE_INFINITY, 'x'.repeat(200), 'ж'.repeat(100)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'a', '')), tie('value'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
    fc.array(fc.tuple(leaf, tie('value')), { maxLength: 3 }).map((pairs) => new Map(pairs)),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => new Set(items)),
  ),
})).value;
