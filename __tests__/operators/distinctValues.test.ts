import fc from 'fast-check';
import { canonicalKey } from '../../lib/state/canonicalKey.js';
import type { Parts } from '../../operators/aggregates/aggregate.js';
import {
  addDistinct,
  allValues,
  countOf,
  type DistinctValues,
  distinctFromStored,
  forgetDistinct,
  noValues,
  settleDistinct,
  storedDistinct,
} from '../../operators/internal/distinctValues.js';

type Value = string | number | Date | readonly number[];

/** Parts of one group; they come back as copies after a restart. */
class CountedParts implements Parts {
  reads = 0;
  writes = 0;
  content = new Map<unknown, unknown>();

  get(name: unknown): unknown {
    this.reads += 1;
    return this.content.get(canonicalKey(name, 'test'));
  }
  put(name: unknown, value: unknown): void {
    this.writes += 1;
    this.content.set(canonicalKey(name, 'test'), value);
  }
  remove(name: unknown): void {
    this.content.delete(canonicalKey(name, 'test'));
  }
}

const copyOf = (stored: unknown): unknown => (Array.isArray(stored) ? stored.map(copyOf) : stored);

/** The values of one group, batch by batch. */
class Group {
  readonly parts = new CountedParts();

  constructor(public values: DistinctValues<Value> = noValues()) {}

  batch(rows: readonly Value[]): void {
    for (const row of rows) addDistinct(this.values, row, 'test');
    settleDistinct(this.values, this.parts, 'test', true);
  }

  restart(): void {
    const { parts } = this;
    parts.content = new Map(Array.from(parts.content, ([name, part]) => [name, copyOf(part)]));
    this.values = distinctFromStored(copyOf(storedDistinct(this.values)), 'test');
  }

  /** What a batch of these rows reads and writes of the parts. */
  costOf(rows: readonly Value[]): { readonly reads: number; readonly writes: number } {
    const { reads, writes } = this.parts;
    this.batch(rows);
    return { reads: this.parts.reads - reads, writes: this.parts.writes - writes };
  }
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

const value: fc.Arbitrary<Value> = fc.oneof(
  { weight: 5, arbitrary: fc.nat(3000) },
  fc.nat(3000).map((n) => `text ${n}`),
  fc.nat(3000).map((n) => new Date(n)),
  fc.nat(3000).map((n) => [n]),
  fc.constantFrom<Value>(Number.NaN, -0, 0, -1, 0.5, 2 ** 40, '', '0'),
);
const batch = fc.record({
  rows: fc.oneof(
    fc.array(value, { maxLength: 20 }),
    fc.array(value, { minLength: 100, maxLength: 900, size: 'max' }),
  ),
  restarts: fc.boolean(),
});

describe('many distinct values', () => {
  it('are each there once, in order of arrival, over batches and restarts', () => {
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 6 }), (batches) => {
        const group = new Group();
        const expected = new Map<unknown, Value>();
        for (const { rows, restarts } of batches) {
          if (restarts) group.restart();
          group.batch(rows);
          for (const row of rows) {
            const key = canonicalKey(row, 'test');
            if (!expected.has(key)) expected.set(key, row === 0 ? 0 : row);
          }
          expect(countOf(group.values)).toBe(expected.size);
          expect(allValues(group.values, group.parts)).toEqual([...expected.values()]);
        }
        forgetDistinct(group.values, group.parts);
        expect(group.parts.content.size).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it.each([128, 129])('%i of them come back after a restart', (count) => {
    const group = new Group();
    group.batch(numbers(0, count));
    group.restart();
    group.batch([0, count - 1]);
    expect(countOf(group.values)).toBe(count);
    expect(allValues(group.values, group.parts)).toEqual(numbers(0, count));
  });

  it('cost a batch that brings one of them no more when there are more', () => {
    const group = new Group();
    group.batch(numbers(0, 200));
    for (const count of [200, 2000, 20_000]) {
      if (count > 200) group.batch(numbers(200, count));
      expect(group.costOf([count - 1])).toEqual({ reads: 1, writes: 0 });
      const cost = group.costOf([-count]);
      // Its part, and at most the one that the table grows by with the one that is split for it.
      expect(cost.reads).toBeLessThanOrEqual(2);
      expect(cost.writes).toBeLessThanOrEqual(3);
    }
  });

  it('lie in parts of a size that does not grow with them', () => {
    const group = new Group();
    group.batch(numbers(0, 10_000));
    const sizes = Array.from(
      group.parts.content.values(),
      (part) => (part as readonly [readonly Value[]])[0].length,
    );
    expect(Math.max(...sizes)).toBeLessThan(100);
    expect(sizes.reduce((a, b) => a + b, 0)).toBe(10_000);
  });
});

/** As checkpoints before D-038 have them: lists of 128, and a part for each value. */
function named(count: number): Group {
  const group = new Group(
    distinctFromStored(
      [[], count, Math.floor(count / 128), numbers(count - (count % 128), count)],
      'test',
    ),
  );
  for (const n of numbers(0, count)) group.parts.put([n], true);
  for (let chunk = 0; chunk * 128 + 128 <= count; chunk++) {
    group.parts.put(chunk, numbers(chunk * 128, chunk * 128 + 128));
  }
  return group;
}

describe('distinct values of a checkpoint from before D-038', () => {
  it('are found, and go apart as they do now', () => {
    const group = named(300);
    expect(countOf(group.values)).toBe(300);
    expect(allValues(group.values, group.parts)).toEqual(numbers(0, 300));
    group.restart();
    group.batch([299, 300, 5]);
    group.restart();
    expect(countOf(group.values)).toBe(301);
    expect(allValues(group.values, group.parts)).toEqual(numbers(0, 301));
    expect(group.parts.get([5])).toBeUndefined();
    forgetDistinct(group.values, group.parts);
    expect(group.parts.content.size).toBe(0);
  });

  it('leave nothing behind if no row came', () => {
    const group = named(300);
    forgetDistinct(group.values, group.parts);
    expect(group.parts.content.size).toBe(0);
  });
});
