import { type Exact, exactOf, mixed, plusExact } from './numeric.js';
import { ValueAggregate } from './valueAggregate.js';

/**
 * Sum and number of the values that are not null, changed in place. A plain object, which V8 puts where old
 * objects are (docs/performance.md): there is one for each group.
 */
export interface NumericSum {
  n: number;
  /** Of numbers. */
  sum: number;
  /** Of bigints or Decimals. */
  exact: Exact | undefined;
}

/**
 * An aggregate that is told by sum and number of the values. Doubles are added plainly, in order of arrival;
 * bigints and Decimals exactly.
 */
export abstract class SumAggregate<T, V, R> extends ValueAggregate<
  T,
  V | null | undefined,
  NumericSum,
  R
> {
  readonly anyOrder = true;

  zero(): NumericSum {
    return { n: 0, sum: 0, exact: undefined };
  }

  put(acc: NumericSum, value: V | null | undefined): NumericSum {
    if (typeof value === 'number') {
      if (acc.exact !== undefined) throw mixed(this.name);
      acc.n += 1;
      acc.sum += value;
    } else if (value !== null && value !== undefined) {
      this.addExact(acc, exactOf(value, this.name), 1);
    }
    return acc;
  }

  merge(acc: NumericSum, later: NumericSum): NumericSum {
    if (later.n === 0) return acc;
    if (later.exact !== undefined) {
      this.addExact(acc, later.exact, later.n);
    } else {
      if (acc.exact !== undefined) throw mixed(this.name);
      acc.n += later.n;
      acc.sum += later.sum;
    }
    return acc;
  }

  /** `[n, sum]`, with the exact sum as third if there is one. */
  toStored({ n, sum, exact }: NumericSum): unknown {
    return exact === undefined ? [n, sum] : [n, 0, exact];
  }

  fromStored(stored: unknown): NumericSum {
    const [n, sum, exact] = stored as readonly [number, number, Exact?];
    return { n, sum, exact: exact ?? undefined };
  }

  private addExact(acc: NumericSum, value: Exact, n: number): void {
    if (acc.exact === undefined && acc.n > 0) throw mixed(this.name);
    acc.exact = acc.exact === undefined ? value : plusExact(acc.exact, value, this.name);
    acc.n += n;
  }
}
