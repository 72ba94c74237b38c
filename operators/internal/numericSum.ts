import { type Exact, exactOf, mixed, plusExact } from './numeric.js';

/**
 * Sum and number of the values that are not null, changed in place.
 *
 * Doubles are added plainly, in order of arrival; bigints and Decimals exactly.
 */
export class NumericSum {
  n = 0;
  /** Of numbers. */
  sum = 0;
  /** Of bigints or Decimals. */
  exact: Exact | undefined = undefined;

  add(value: unknown, aggregate: string): void {
    if (typeof value === 'number') {
      if (this.exact !== undefined) throw mixed(aggregate);
      this.n += 1;
      this.sum += value;
    } else if (value !== null && value !== undefined) {
      this.addExact(exactOf(value, aggregate), 1, aggregate);
    }
  }

  merge(later: NumericSum, aggregate: string): void {
    if (later.n === 0) return;
    if (later.exact !== undefined) {
      this.addExact(later.exact, later.n, aggregate);
      return;
    }
    if (this.exact !== undefined) throw mixed(aggregate);
    this.n += later.n;
    this.sum += later.sum;
  }

  private addExact(value: Exact, n: number, aggregate: string): void {
    if (this.exact === undefined && this.n > 0) throw mixed(aggregate);
    this.exact = this.exact === undefined ? value : plusExact(this.exact, value, aggregate);
    this.n += n;
  }

  /** `[n, sum]`, with the exact sum as third if there is one. */
  toStored(): unknown {
    return this.exact === undefined ? [this.n, this.sum] : [this.n, 0, this.exact];
  }

  static fromStored(stored: unknown): NumericSum {
    const acc = new NumericSum();
    const [n, sum, exact] = stored as readonly [number, number, Exact?];
    acc.n = n;
    acc.sum = sum;
    acc.exact = exact ?? undefined;
    return acc;
  }
}
