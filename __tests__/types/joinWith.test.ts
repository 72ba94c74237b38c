import { expectTypeOf } from 'expect-type';
import { filter, type Observable, of } from 'rxjs';
import { between } from '../../operators/between.js';
import { joinWith } from '../../operators/joinWith.js';
import { staticRows } from '../../operators/staticRows.js';
import { withWatermark } from '../../operators/withWatermark.js';

interface Impression {
  readonly adId: string;
  readonly at: Date;
  readonly cost: number;
}

interface Click {
  readonly adId: string;
  readonly at: Date | null;
  readonly user: string;
}

const impressions: Observable<Impression> = of();
const clicks: Observable<Click> = of();
const within = between('0 seconds', '1 hour');

describe('types of joinWith', () => {
  it('infers rows, keys and the default output from the pipe', () => {
    const joined = impressions.pipe(
      filter((i) => i.cost > 0),
      withWatermark((i) => i.at, '1 hour'),
      joinWith(clicks, { type: 'inner', on: 'adId', within }),
    );
    expectTypeOf(joined).toEqualTypeOf<
      Observable<{ readonly left: Impression; readonly right: Click }>
    >();
  });

  it('gives null where a side may be missing', () => {
    const left = impressions.pipe(joinWith(clicks, { type: 'leftOuter', on: 'adId', within }));
    expectTypeOf(left).toEqualTypeOf<
      Observable<{ readonly left: Impression; readonly right: Click | null }>
    >();
    const right = impressions.pipe(joinWith(clicks, { type: 'rightOuter', on: 'adId', within }));
    expectTypeOf(right).toEqualTypeOf<
      Observable<{ readonly left: Impression | null; readonly right: Click }>
    >();
    const full = impressions.pipe(joinWith(clicks, { type: 'fullOuter', on: 'adId', within }));
    expectTypeOf(full).toEqualTypeOf<
      Observable<{ readonly left: Impression | null; readonly right: Click | null }>
    >();
  });

  it('gives left rows in left-only joins', () => {
    const semi = impressions.pipe(joinWith(clicks, { type: 'leftSemi', on: 'adId', within }));
    expectTypeOf(semi).toEqualTypeOf<Observable<Impression>>();
    const anti = impressions.pipe(joinWith(clicks, { type: 'leftAnti', on: 'adId', within }));
    expectTypeOf(anti).toEqualTypeOf<Observable<Impression>>();
  });

  it('infers the arguments of every function, and the output of select', () => {
    const joined = impressions.pipe(
      joinWith(clicks, {
        type: 'leftOuter',
        on: [(i) => [i.adId, i.cost > 1] as const, (c) => [c.adId, c.user === 'me'] as const],
        onTime: [(i) => i.at, (c) => c.at],
        leftWhere: (i) => i.cost > 0,
        rightWhere: (c) => c.user !== '',
        where: (i, c) => i.cost > c.user.length,
        select: (i, c) => {
          expectTypeOf(i).toEqualTypeOf<Impression>();
          expectTypeOf(c).toEqualTypeOf<Click | null>();
          return { ad: i.adId, user: c?.user };
        },
      }),
    );
    expectTypeOf(joined).toEqualTypeOf<Observable<{ ad: string; user: string | undefined }>>();
  });

  it('takes keys of different nullability, not of different types', () => {
    impressions.pipe(
      joinWith(clicks, {
        type: 'inner',
        on: { left: (i) => i.at, right: (c) => c.at },
        unbounded: true,
      }),
    );
    const numberAndString = { type: 'inner', within } as const;
    impressions.pipe(
      // @ts-expect-error a number never equals a string
      joinWith(clicks, { ...numberAndString, on: [(i) => i.cost, (c) => c.user] }),
    );
    const users: Observable<{ readonly adId: number }> = of();
    // @ts-expect-error nor does a column of numbers one of strings
    impressions.pipe(joinWith(users, { type: 'inner', on: 'adId', within }));
    // @ts-expect-error clicks have no cost
    impressions.pipe(joinWith(clicks, { type: 'inner', on: 'cost', within }));
    impressions.pipe(joinWith(clicks, { type: 'inner', on: ['adId'], within }));
  });

  it('does not compile without an equality', () => {
    // @ts-expect-error neither on nor onTime
    impressions.pipe(joinWith(clicks, { type: 'inner', within }));
    impressions.pipe(joinWith(clicks, { type: 'inner', onTime: true }));
  });

  it('does not compile without a bound', () => {
    // @ts-expect-error inner needs one, or unbounded: true, or a ttl
    impressions.pipe(joinWith(clicks, { type: 'inner', on: 'adId' }));
    // @ts-expect-error leftOuter needs one
    impressions.pipe(joinWith(clicks, { type: 'leftOuter', on: 'adId' }));
    // @ts-expect-error an outer join may not be unbounded
    impressions.pipe(joinWith(clicks, { type: 'fullOuter', on: 'adId', unbounded: true }));
    expect(() =>
      // @ts-expect-error nor bounded by the clock
      impressions.pipe(joinWith(clicks, { type: 'rightOuter', on: 'adId', ttl: '1 day' })),
    ).toThrow(TypeError);
    // @ts-expect-error leftSemi needs one
    impressions.pipe(joinWith(clicks, { type: 'leftSemi', on: 'adId' }));
    // @ts-expect-error leftAnti needs one
    impressions.pipe(joinWith(clicks, { type: 'leftAnti', on: 'adId' }));
    impressions.pipe(joinWith(clicks, { type: 'inner', on: 'adId', unbounded: true }));
    impressions.pipe(joinWith(clicks, { type: 'inner', on: 'adId', ttl: '1 day' }));
  });

  it('takes bounds as data', () => {
    impressions.pipe(
      joinWith(clicks, {
        type: 'leftOuter',
        on: 'adId',
        within: [
          { left: '>=', plus: { hours: -1 } },
          { left: '<', rightTime: (c) => c.at },
        ],
      }),
    );
    expect(() =>
      // @ts-expect-error no such comparison
      impressions.pipe(joinWith(clicks, { type: 'inner', on: 'adId', within: { left: '=' } })),
    ).toThrow(TypeError);
  });

  it('joins tables, whose type and rows are inferred', () => {
    const campaigns = [{ adId: 'a', budget: 5 }];
    const joined = impressions.pipe(joinWith(campaigns, { type: 'leftOuter', on: 'adId' }));
    type Campaign = { adId: string; budget: number };
    expectTypeOf(joined).toEqualTypeOf<
      Observable<{ readonly left: Impression; readonly right: Campaign | null }>
    >();
    const asked = impressions.pipe(
      joinWith(({ batchId }) => Promise.resolve([{ adId: 'a', batchId }]), {
        type: 'inner',
        on: 'adId',
        select: (i, c) => [i.cost, c.batchId] as const,
      }),
    );
    expectTypeOf(asked).toEqualTypeOf<Observable<readonly [number, number]>>();
    const askedInRxJS = impressions.pipe(
      joinWith(() => of(...campaigns), { type: 'inner', on: 'adId', select: (_i, c) => c.adId }),
    );
    expectTypeOf(askedInRxJS).toEqualTypeOf<Observable<string>>();
    const alone = impressions.pipe(
      joinWith(staticRows(of(...campaigns)), { type: 'leftAnti', on: 'adId' }),
    );
    expectTypeOf(alone).toEqualTypeOf<Observable<Impression>>();
    // @ts-expect-error a table's unmatched rows cannot be known
    impressions.pipe(joinWith(campaigns, { type: 'rightOuter', on: 'adId' }));
    const mirrored = staticRows(campaigns).pipe(
      joinWith(impressions, { type: 'rightOuter', on: 'adId', leftIsStatic: true }),
    );
    expectTypeOf(mirrored).toEqualTypeOf<
      Observable<{ readonly left: Campaign | null; readonly right: Impression }>
    >();
  });
});
