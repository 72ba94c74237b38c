import type { Observable } from 'rxjs';
import { between, joinWith, withWatermark } from '../../index.js';
import type { Event, Model, Turn, Workload } from './workload.js';

/** Durations in ms: left time lies from right time + `from` to right time + `to`. */
export interface JoinShape {
  readonly type: 'inner' | 'leftOuter' | 'fullOuter' | 'leftSemi' | 'leftAnti';
  readonly from: number;
  readonly to: number;
  readonly leftDelayMs: number;
  readonly rightDelayMs: number;
  readonly policy: 'min' | 'max';
}

/** Two streams, joined by key within a span of event time. */
export function join(shape: JoinShape): Workload {
  const { type, from, to, leftDelayMs, rightDelayMs, policy } = shape;
  return {
    name: `join, ${type}`,
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
            within: between(from, to),
            select: (l: Event | null, r?: Event | null) => pairOf(l, r),
          },
        ),
      ),
    model: () => new JoinModel(shape),
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

  constructor(private readonly shape: JoinShape) {}

  batch(
    [left = [], right = []]: readonly (readonly Event[])[],
    { late, evict }: Turn,
  ): readonly object[] {
    const onTime = (rows: readonly Event[]) => rows.filter((row) => row.at > late).map(kept);
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
    const { from, to, type } = this.shape;
    const distance = l.row.at - r.row.at;
    if (l.row.key !== r.row.key || distance < from || distance > to) return;
    const first = !l.matched;
    l.matched = true;
    r.matched = true;
    if (type === 'leftSemi') {
      if (first) out.push(pairOf(l.row, undefined));
    } else if (type !== 'leftAnti') out.push(pairOf(l.row, r.row));
  }

  /** What can find no partner any more: one would be late. Bounds that include leave 1 ms later. */
  private evict(evict: number): object[] {
    const { from, to, type } = this.shape;
    const out: object[] = [];
    const outer = type === 'leftOuter' || type === 'fullOuter' || type === 'leftAnti';
    this.left = this.left.filter((l) => {
      if (l.row.at - from + 1 > evict) return true;
      if (outer && !l.matched) out.push(pairOf(l.row, null));
      return false;
    });
    this.right = this.right.filter((r) => {
      if (r.row.at + to + 1 > evict) return true;
      if (type === 'fullOuter' && !r.matched) out.push(pairOf(null, r.row));
      return false;
    });
    return out;
  }
}

function kept(row: Event): Kept {
  return { row, matched: false };
}
