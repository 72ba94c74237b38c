import type { StandardSchemaV1 } from '@standard-schema/spec';
import { expectTypeOf } from 'expect-type';
import type { RowOf } from '../../lib/schema/rowOf.js';
import { isStandardSchema, standardValidator } from '../../lib/schema/standardSchema.js';

interface Point {
  readonly x: number;
}

/** As zod, valibot and arktype present themselves. */
const schemaOf = (
  validate: StandardSchemaV1<unknown, Point>['~standard']['validate'],
): StandardSchemaV1<unknown, Point> => ({
  '~standard': { version: 1, vendor: 'test', validate },
});
const points = schemaOf((value) => {
  const x = (value as { x?: unknown } | null)?.x;
  if (typeof x === 'string') return { value: { x: Number(x) } };
  return { issues: [{ message: 'expected text', path: ['x', { key: 0 }] }, { message: 'whole' }] };
});

describe('standardValidator', () => {
  it('gives the output, or names the issues', () => {
    const check = standardValidator(points, 'validate');
    expect(check({ x: '5' })).toEqual({ x: 5 });
    const params = { operator: 'validate', vendor: 'test', issues: 'x.0: expected text; whole' };
    expect(() => check({ x: 5 })).toThrow(expect.objectContaining({ code: 'ROW_INVALID', params }));
    expectTypeOf<RowOf<typeof points>>().toEqualTypeOf<Point>();
  });

  it('names five issues of many', () => {
    const issues = Array.from({ length: 9 }, (_, i) => ({ message: `issue ${i}` }));
    const check = standardValidator(
      schemaOf(() => ({ issues })),
      'validate',
    );
    expect(() => check({})).toThrow('issue 3; issue 4: mend');
  });

  it('refuses asynchronous schemas, and lets what validate throws pass', () => {
    const slow = schemaOf(() => Promise.reject(new Error('late')));
    expect(() => standardValidator(slow, 'validate')({})).toThrow(
      'validate: the test schema validates asynchronously',
    );
    const broken = schemaOf(() => {
      throw new RangeError('mine');
    });
    expect(() => standardValidator(broken, 'validate')({})).toThrow('mine');
  });

  it('knows a Standard Schema when it sees one', () => {
    expect(isStandardSchema(points)).toBe(true);
    expect(isStandardSchema(Object.assign(() => 1, points))).toBe(true);
    for (const other of [
      null,
      undefined,
      'a INT',
      {},
      { '~standard': null },
      { '~standard': { version: 2 } },
      { '~standard': { version: 1 } },
    ]) {
      expect(isStandardSchema(other)).toBe(false);
    }
  });
});
