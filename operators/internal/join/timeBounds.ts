import type { JoinSide } from './joinType.js';

/** `leftTime cmp rightTime + plusMs`; times given by functions are no event times, so they bound no state. */
export interface TimeConjunct {
  readonly cmp: '<' | '<=' | '>' | '>=';
  readonly plusMs: number;
  /** Another time than the row's event time (ms, NaN: null); undefined: the row's event time. */
  readonly leftTime: ((row: unknown) => number) | undefined;
  readonly rightTime: ((row: unknown) => number) | undefined;
}

/**
 * How far behind (or ahead of) the eviction watermark a side's rows can still match (ms): a row with
 * time <= eviction watermark + offset leaves. undefined: no conjunct bounds that side.
 */
export interface StateOffsets {
  readonly left: number | undefined;
  readonly right: number | undefined;
}

/** Nothing makes rows leave. */
export const noOffsets: StateOffsets = { left: undefined, right: undefined };

/**
 * State bounds that follow from the conjuncts: with the other side's column at the watermark, what this
 * side's column must exceed.
 *
 * `s > o + c` removes `s <= watermark + c`; `s >= o + c` removes 1 ms less. Of several usable conjuncts
 * the smallest bound counts, as in Spark, though the largest would do.
 *
 * Source: semantics/spark.md 2.11, 3.12.
 */
export function stateOffsets(conjuncts: readonly TimeConjunct[]): StateOffsets {
  let left: number | undefined;
  let right: number | undefined;
  for (const { cmp, plusMs, leftTime, rightTime } of conjuncts) {
    if (leftTime || rightTime) continue;
    const slack = cmp === '<=' || cmp === '>=' ? 1 : 0;
    if (cmp === '>' || cmp === '>=') left = least(left, plusMs - slack);
    else right = least(right, -plusMs - slack);
  }
  return { left, right };
}

function least(a: number | undefined, b: number): number {
  return a === undefined || b < a ? b : a;
}

/** The conjuncts between event times as one interval of `leftTime - rightTime` (ms). */
export class TimeInterval {
  private low = Number.NEGATIVE_INFINITY;
  private high = Number.POSITIVE_INFINITY;
  private lowOpen = false;
  private highOpen = false;
  readonly isUnbounded: boolean;

  constructor(conjuncts: readonly TimeConjunct[]) {
    const own = conjuncts.filter((c) => !c.leftTime && !c.rightTime);
    this.isUnbounded = own.length === 0;
    for (const { cmp, plusMs } of own) {
      if (cmp === '>' || cmp === '>=') this.raiseLow(plusMs, cmp === '>');
      else this.lowerHigh(plusMs, cmp === '<');
    }
  }

  /** Whether the times satisfy every conjunct; a null time (NaN) satisfies none. */
  holds(leftTime: number, rightTime: number): boolean {
    const distance = leftTime - rightTime;
    return (
      (distance > this.low || (distance === this.low && !this.lowOpen)) &&
      (distance < this.high || (distance === this.high && !this.highOpen))
    );
  }

  private raiseLow(bound: number, open: boolean): void {
    if (bound < this.low) return;
    this.lowOpen = open || (bound === this.low && this.lowOpen);
    this.low = bound;
  }

  private lowerHigh(bound: number, open: boolean): void {
    if (bound > this.high) return;
    this.highOpen = open || (bound === this.high && this.highOpen);
    this.high = bound;
  }
}

/** Of a side's row and its event time: whether a time that some bound compares is null. */
export type LacksTime = (row: unknown, at: number) => boolean;

/** Such a row satisfies not every bound, whatever it meets; undefined: there is no bound. */
export function lacksTime(
  conjuncts: readonly TimeConjunct[],
  side: JoinSide,
): LacksTime | undefined {
  if (conjuncts.length === 0) return undefined;
  const times = conjuncts.map((c) => (side === 'left' ? c.leftTime : c.rightTime));
  const comparesOwn = times.includes(undefined);
  const given = times.filter((time) => time !== undefined);
  // Loops, since `some` and `every` would cost each row a closure.
  return (row, at) => {
    if (comparesOwn && Number.isNaN(at)) return true;
    for (const time of given) if (Number.isNaN(time(row))) return true;
    return false;
  };
}

/** The conjuncts that compare other columns, as one condition; undefined: there is none. */
export function otherTimesCondition(
  conjuncts: readonly TimeConjunct[],
): ((left: unknown, leftMs: number, right: unknown, rightMs: number) => boolean) | undefined {
  const others = conjuncts.filter((c) => c.leftTime || c.rightTime);
  if (others.length === 0) return undefined;
  return (left, leftMs, right, rightMs) => {
    for (const { cmp, plusMs, leftTime, rightTime } of others) {
      const a = leftTime ? leftTime(left) : leftMs;
      const b = rightTime ? rightTime(right) : rightMs;
      if (!compares(a, cmp, b + plusMs)) return false;
    }
    return true;
  };
}

function compares(a: number, cmp: TimeConjunct['cmp'], b: number): boolean {
  switch (cmp) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}
