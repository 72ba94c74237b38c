import { expectTypeOf } from 'expect-type';
import type { Decimal } from '../../lib/schema/decimal.js';
import type { AnyRow, CheckedDdl, DdlProblem, RowOf } from '../../lib/schema/rowOf.js';
import { field, structType } from '../../lib/schema/structType.js';
import type { StructType } from '../../lib/schema/types.js';

/** How a source takes its schema. */
declare function read<const S extends string | StructType>(schema: S & CheckedDdl<S>): RowOf<S>;

describe('RowOf', () => {
  it('types plain columns, nullable unless NOT NULL', () => {
    expectTypeOf<RowOf<'time TIMESTAMP, action STRING, ms DOUBLE NOT NULL'>>().toEqualTypeOf<{
      readonly time: Date | null;
      readonly action: string | null;
      readonly ms: number;
    }>();
    expectTypeOf<RowOf<'a boolean, b Binary, c date, d tinyint not null,e LONG'>>().toEqualTypeOf<{
      readonly a: boolean | null;
      readonly b: Uint8Array | null;
      readonly c: Date | null;
      readonly d: number;
      readonly e: number | null;
    }>();
  });

  it('types nested columns', () => {
    expectTypeOf<
      RowOf<'c ARRAY<STRUCT<x: DOUBLE, y: ARRAY<STRING>>>, d MAP<STRING, DECIMAL(10,2)> NOT NULL'>
    >().toEqualTypeOf<{
      readonly c:
        | readonly ({
            readonly x: number | null;
            readonly y: readonly (string | null)[] | null;
          } | null)[]
        | null;
      readonly d: ReadonlyMap<string, Decimal | null>;
    }>();
    expectTypeOf<
      RowOf<'s STRUCT<a INT NOT NULL, m: map<int,boolean not null>> not null'>
    >().toEqualTypeOf<{
      readonly s: { readonly a: number; readonly m: ReadonlyMap<number, boolean> | null };
    }>();
    expectTypeOf<RowOf<'a ARRAY<INT NOT NULL> NOT NULL'>>().toEqualTypeOf<{
      readonly a: readonly number[];
    }>();
  });

  it('reads names in backticks, comments and line breaks', () => {
    expectTypeOf<
      RowOf<`
        -- when
        \`odd name, with <signs>\` BIGINT COMMENT 'it''s, a \\'comment',  /* and
        another */
        \`tick\`\`ed\` INT NOT NULL COMMENT "x",
        __proto__ STRING
      `>
    >().toEqualTypeOf<{
      readonly 'odd name, with <signs>': number | null;
      readonly 'tick`ed': number;
      readonly __proto__: string | null;
    }>();
  });

  it('follows the options', () => {
    expectTypeOf<
      RowOf<'t TIMESTAMP, d DATE NOT NULL, n BIGINT', { timestamps: 'ms'; bigints: 'bigint' }>
    >().toEqualTypeOf<{
      readonly t: number | null;
      readonly d: number;
      readonly n: bigint | null;
    }>();
    expectTypeOf<RowOf<'t ARRAY<TIMESTAMP>', { timestamps: 'ms' }>>().toEqualTypeOf<{
      readonly t: readonly (number | null)[] | null;
    }>();
  });

  it('gives unknown columns for what is known at run time only', () => {
    expectTypeOf<RowOf<string>>().toEqualTypeOf<AnyRow>();
    expectTypeOf<RowOf<StructType>>().toEqualTypeOf<AnyRow>();
  });

  it('takes a whole struct and an empty schema', () => {
    expectTypeOf<RowOf<'STRUCT<a: INT>'>>().toEqualTypeOf<{ readonly a: number | null }>();
    expectTypeOf<keyof RowOf<''>>().toEqualTypeOf<never>();
    expectTypeOf<RowOf<'struct INT'>>().toEqualTypeOf<{ readonly struct: number | null }>();
  });

  it('says what is wrong with a DDL', () => {
    expectTypeOf<RowOf<'a DUBLE'>>().toEqualTypeOf<
      DdlProblem<'unknown type "DUBLE" of column "a"'>
    >();
    expectTypeOf<CheckedDdl<'a INT, b DUBLE'>>().toEqualTypeOf<
      DdlProblem<'unknown type "DUBLE" of column "b"'>
    >();
    expectTypeOf<CheckedDdl<'a ARRAY<STRUCT<x: FOO>>'>>().toEqualTypeOf<
      DdlProblem<'unknown type "FOO" of column "x"'>
    >();
    expectTypeOf<CheckedDdl<'a INT, a STRING'>>().toEqualTypeOf<
      DdlProblem<'column "a" is there twice'>
    >();
    expectTypeOf<CheckedDdl<'a INT b STRING'>>().toEqualTypeOf<
      DdlProblem<'expected "," or the end, found "b STRING"'>
    >();
    expectTypeOf<CheckedDdl<'a'>>().toEqualTypeOf<DdlProblem<'a type is missing for column "a"'>>();
    expectTypeOf<CheckedDdl<'a INT NOT'>>().toEqualTypeOf<
      DdlProblem<'expected NULL behind NOT, found ""'>
    >();
    expectTypeOf<CheckedDdl<'a ARRAY<INT'>>().toEqualTypeOf<
      DdlProblem<'expected ">" at the end of ARRAY<…> of column "a"'>
    >();
    expectTypeOf<CheckedDdl<'a INT,'>>().toEqualTypeOf<
      DdlProblem<'expected a column name before ""'>
    >();
    expectTypeOf<CheckedDdl<''>>().toEqualTypeOf<''>();
    expectTypeOf<CheckedDdl<'a INT'>>().toEqualTypeOf<'a INT'>();
    expectTypeOf<CheckedDdl<string>>().toEqualTypeOf<string>();
  });

  it('is inferred at a call, and a wrong schema does not compile', () => {
    const calls = (): void => {
      expectTypeOf(read('a INT NOT NULL').a).toEqualTypeOf<number>();
      expectTypeOf(read(structType({ a: 'INT NOT NULL' })).a).toEqualTypeOf<number>();
      expectTypeOf(read('a INT' as string)).toEqualTypeOf<AnyRow>();
      // @ts-expect-error: unknown type DUBLE
      read('a DUBLE');
      // @ts-expect-error: no such column
      read('a INT').b;
    };
    expect(calls).toBeDefined();
  });

  it('reads hundreds of columns', () => {
    type Ten<P extends string> =
      `${P}0 INT, ${P}1 STRING, ${P}2 DOUBLE NOT NULL, ${P}3 ARRAY<INT>, ${P}4 DATE, ${P}5 INT, ${P}6 INT, ${P}7 INT, ${P}8 INT, ${P}9 STRUCT<x: INT>`;
    type Hundred<P extends string> =
      `${Ten<`${P}0`>}, ${Ten<`${P}1`>}, ${Ten<`${P}2`>}, ${Ten<`${P}3`>}, ${Ten<`${P}4`>}, ${Ten<`${P}5`>}, ${Ten<`${P}6`>}, ${Ten<`${P}7`>}, ${Ten<`${P}8`>}, ${Ten<`${P}9`>}`;
    type Wide = RowOf<`${Hundred<'a'>}, ${Hundred<'b'>}, ${Hundred<'c'>}`>;
    expectTypeOf<Wide['c92']>().toEqualTypeOf<number>();
    expectTypeOf<Wide['b49']>().toEqualTypeOf<{ readonly x: number | null } | null>();
  });
});

describe('structType', () => {
  it('carries the row type', () => {
    const inner = structType({ x: 'INT', y: 'ARRAY<STRING NOT NULL> NOT NULL' });
    const outer = structType({ id: 'BIGINT NOT NULL', at: inner, t: 'TIMESTAMP' });
    expectTypeOf<RowOf<typeof outer>>().toEqualTypeOf<{
      readonly id: number;
      readonly at: { readonly x: number | null; readonly y: readonly string[] } | null;
      readonly t: Date | null;
    }>();
    expectTypeOf<RowOf<typeof outer, { timestamps: 'ms' }>['t']>().toEqualTypeOf<number | null>();
  });

  it('carries the row type of a list of fields', () => {
    const schema = structType([
      field('1', 'INT NOT NULL'),
      field('odd name', 'STRING'),
      field('s', structType({ a: 'INT' })),
    ]);
    expectTypeOf<RowOf<typeof schema>>().toEqualTypeOf<{
      readonly '1': number;
      readonly 'odd name': string | null;
      readonly s: { readonly a: number | null } | null;
    }>();
  });

  it('refuses a wrong type at compile time', () => {
    // @ts-expect-error: DDL: unknown type "FOO"
    expect(() => structType({ a: 'FOO' })).toThrow(/unknown type "FOO"/);
    // @ts-expect-error: DDL: unknown type "FOO"
    expect(() => field('a', 'FOO')).toThrow(/unknown type "FOO"/);
  });
});
