import type { Observable } from 'rxjs';
import { between, joinWith, withWatermark } from '../../index.js';
import type { Event, Model, Turn, Workload } from './workload.js';

/** Durations in ms. */
export interface JoinShape {
  readonly type: 'inner' | 'leftOuter' | 'fullOuter' | 'leftSemi' | 'leftAnti';
  readonly time: Span | Windows;
  readonly leftDelayMs: number;
  readonly rightDelayMs: number;
  readonly policy: 'min' | 'max';
}

/** Left time lies from right time + `from` to right time + `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Windows are equal. Those of rows with an odd `v` are twice as long as the others with the same end. */
export interface Windows {
  readonly sizeMs: number;
}

/** Two streams, joined by key and event time. */
export function join(shape: JoinShape): Workload {
  const { type, time, leftDelayMs, rightDelayMs, policy } = shape;
  const windowOf = 'sizeMs' in time ? (row: Event) => windowAt(row, time) : undefined;
  return {
    name: `join by ${windowOf ? 'window' : 'span'}, ${type}`,
    sources: 2,
    delaysMs: [leftDelayMs, rightDelayMs],
    policy,
    mode: 'append',
    keep: () => true,
    build: ([left, right]) =>
      (left as Observable<Event>).pipe(
        withWatermark((e: Event) => e.at, leftDelayMs),
        joinWith(
          (right as Observable<Event>).pipe(withWatermark((e: Event) => e.at, rightDelayMs)),
          {
            type,
            on: 'key',
            ...(windowOf
              ? { onTime: [windowOf, windowOf] }
              : { within: between((time as Span).from, (time as Span).to) }),
            select: (l: Event | null, r?: Event | null) => pairOf(l, r),
          },
        ),
      ),
    model: () => new JoinModel(type, 'sizeMs' in time ? windowRule(time) : spanRule(time)),
  };
}

function windowAt({ at, v }: Event, { sizeMs }: Windows): { start: number; end: number } {
  const end = Math.floor(at / sizeMs) * sizeMs + sizeMs;
  return { start: end - (v % 2 === 0 ? sizeMs : 2 * sizeMs), end };
}

/** When rows are late, meet, and can find no partner any more, because one would be late. */
interface TimeRule {
  readonly lateAt: (row: Event) => number;
  readonly meet: (left: Event, right: Event) => boolean;
  readonly leftLeavesAt: (row: Event) => number;
  readonly rightLeavesAt: (row: Event) => number;
}

/** Bounds that include leave 1 ms later. */
function spanRule({ from, to }: Span): TimeRule {
  return {
    lateAt: (row) => row.at,
    meet: (left, right) => left.at - right.at >= from && left.at - right.at <= to,
    leftLeavesAt: (row) => row.at - from + 1,
    rightLeavesAt: (row) => row.at + to + 1,
  };
}

function windowRule(windows: Windows): TimeRule {
  const endOf = (row: Event): number => windowAt(row, windows).end;
  return {
    lateAt: endOf,
    meet: (left, right) => {
      const [l, r] = [windowAt(left, windows), windowAt(right, windows)];
      return l.start === r.start && l.end === r.end;
    },
    leftLeavesAt: endOf,
    rightLeavesAt: endOf,
  };
}

function pairOf(left: Event | null | undefined, right: Event | null | undefined): object {
  return { key: (left ?? right)?.key, l: left?.id ?? -1, r: right?.id ?? -1 };
}

interface Kept {
  readonly row: Event;
  matched: boolean;
}

class JoinModel implements Model {
  private left: Kept[] = [];
  private right: Kept[] = [];

  constructor(
    private readonly type: JoinShape['type'],
    private readonly rule: TimeRule,
  ) {}

  batch(
    [left = [], right = []]: readonly (readonly Event[])[],
    { late, evict }: Turn,
  ): readonly object[] {
    const onTime = (rows: readonly Event[]) =>
      rows.filter((row) => this.rule.lateAt(row) > late).map(kept);
    const [newLeft, newRight] = [onTime(left), onTime(right)];
    const out: object[] = [];
    for (const l of newLeft) for (const r of this.right) this.pair(l, r, out);
    for (const r of newRight) for (const l of [...this.left, ...newLeft]) this.pair(l, r, out);
    this.left.push(...newLeft);
    this.right.push(...newRight);
    return [...out, ...this.evict(evict)];
  }

  isDue(evict: number): boolean {
    const saved: [Kept[], Kept[]] = [this.left, this.right];
    const due = this.evict(evict).length > 0;
    [this.left, this.right] = saved;
    return due;
  }

  private pair(l: Kept, r: Kept, out: object[]): void {
    const { type, rule } = this;
    if (l.row.key !== r.row.key || !rule.meet(l.row, r.row)) return;
    const first = !l.matched;
    l.matched = true;
    r.matched = true;
    if (type === 'leftSemi') {
      if (first) out.push(pairOf(l.row, undefined));
    } else if (type !== 'leftAnti') out.push(pairOf(l.row, r.row));
  }

  private evict(evict: number): object[] {
    const { type, rule } = this;
    const out: object[] = [];
    const outer = type === 'leftOuter' || type === 'fullOuter' || type === 'leftAnti';
    this.left = this.left.filter((l) => {
      if (rule.leftLeavesAt(l.row) > evict) return true;
      if (outer && !l.matched) out.push(pairOf(l.row, null));
      return false;
    });
    this.right = this.right.filter((r) => {
      if (rule.rightLeavesAt(r.row) > evict) return true;
      if (type === 'fullOuter' && !r.matched) out.push(pairOf(null, r.row));
      return false;
    });
    return out;
  }
}

function kept(row: Event): Kept {
  return { row, matched: false };
}
