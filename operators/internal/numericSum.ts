import { type Exact, exactOf, mixed, plusExact } from './numeric.js';

/**
 * Sum and number of the values that are not null, changed in place.
 *
 * Doubles are added plainly, in order of arrival; bigints and Decimals exactly. A plain object, which V8
 * puts where old objects are (docs/performance.md): there is one for each group.
 */
export interface NumericSum {
  n: number;
  /** Of numbers. */
  sum: number;
  /** Of bigints or Decimals. */
  exact: Exact | undefined;
}

export function noSum(): NumericSum {
  return { n: 0, sum: 0, exact: undefined };
}

/** Adds a value, if it is not null; gives `acc`. */
export function plusValue(acc: NumericSum, value: unknown, aggregate: string): NumericSum {
  if (typeof value === 'number') {
    if (acc.exact !== undefined) throw mixed(aggregate);
    acc.n += 1;
    acc.sum += value;
  } else if (value !== null && value !== undefined) {
    addExact(acc, exactOf(value, aggregate), 1, aggregate);
  }
  return acc;
}

/** Adds the values of `later`; gives `acc`. */
export function plusSum(acc: NumericSum, later: NumericSum, aggregate: string): NumericSum {
  if (later.n === 0) return acc;
  if (later.exact !== undefined) {
    addExact(acc, later.exact, later.n, aggregate);
  } else {
    if (acc.exact !== undefined) throw mixed(aggregate);
    acc.n += later.n;
    acc.sum += later.sum;
  }
  return acc;
}

function addExact(acc: NumericSum, value: Exact, n: number, aggregate: string): void {
  if (acc.exact === undefined && acc.n > 0) throw mixed(aggregate);
  acc.exact = acc.exact === undefined ? value : plusExact(acc.exact, value, aggregate);
  acc.n += n;
}

/** `[n, sum]`, with the exact sum as third if there is one. */
export function sumToStored({ n, sum, exact }: NumericSum): unknown {
  return exact === undefined ? [n, sum] : [n, 0, exact];
}

export function sumFromStored(stored: unknown): NumericSum {
  const [n, sum, exact] = stored as readonly [number, number, Exact?];
  return { n, sum, exact: exact ?? undefined };
}
