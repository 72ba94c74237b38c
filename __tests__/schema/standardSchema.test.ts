import type { StandardSchemaV1 } from '@standard-schema/spec';
import { expectTypeOf } from 'expect-type';
import { BAD } from '../../lib/schema/bad.js';
import type { RowOf } from '../../lib/schema/rowOf.js';
import { isStandardSchema, standardReader } from '../../lib/schema/standardSchema.js';

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

describe('standardReader', () => {
  it('gives the output, or BAD and the issues', () => {
    const reader = standardReader(points, 'schema');
    expect(reader.row({ x: '5' })).toEqual({ x: 5 });
    expect(reader.problem({ x: '5' })).toBeUndefined();
    expect(reader.row({ x: 5 })).toBe(BAD);
    expect(reader.problem({ x: 5 })).toBe('x.0: expected text; whole');
    expectTypeOf<RowOf<typeof points>>().toEqualTypeOf<Point>();
  });

  it('refuses asynchronous schemas, and lets what validate throws pass', () => {
    const slow = standardReader(
      schemaOf(() => Promise.reject(new Error('late'))),
      'schema',
    );
    expect(() => slow.row({})).toThrow(/schema: the test schema validates asynchronously/);
    const broken = standardReader(
      schemaOf(() => {
        throw new RangeError('mine');
      }),
      'schema',
    );
    expect(() => broken.row({})).toThrow('mine');
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
