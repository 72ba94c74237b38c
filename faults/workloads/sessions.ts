import type { Observable } from 'rxjs';
import { aggregate, groupByKey, select, sessionWindow, withWatermark } from '../../index.js';
import { type Sums, sums, sumsOf } from './counts.js';
import { keyOf, nameOf } from './keys.js';
import type { Event, Model, Turn, Workload } from './workload.js';

/** Lengths in ms. */
export interface SessionShape {
  readonly gapMs: number;
  /** Whether rows have gaps of their own: once to four times `gapMs`. */
  readonly isGapOfRow: boolean;
  readonly delayMs: number;
  /** Whether the aggregates mind the order of rows, so that a batch is added in order of time at its end. */
  readonly inOrder: boolean;
}

/** Sums per key and session of event time. */
export function sessions(shape: SessionShape): Workload {
  const { gapMs, isGapOfRow, delayMs, inOrder } = shape;
  const gap = isGapOfRow ? (e: Event) => gapOf(e, shape) : gapMs;
  return {
    name: `sessions of ${gapMs}${isGapOfRow ? ' to four times that' : ''}${inOrder ? ' in order' : ''}`,
    sources: 1,
    delaysMs: [delayMs],
    policy: 'min',
    mode: 'append',
    keep: () => true,
    build: ([input]) => {
      const timed = (input as Observable<Event>).pipe(withWatermark((e: Event) => e.at, delayMs));
      return inOrder ? listed(timed, gap) : summed(timed, gap);
    },
    model: () => new SessionsModel(shape),
  };
}

type Gap = number | ((e: Event) => number);

function gapOf(e: Event, { gapMs, isGapOfRow }: SessionShape): number {
  return isGapOfRow ? gapMs * (1 + (e.id % 4)) : gapMs;
}

function summed(input: Observable<Event>, gap: Gap): Observable<object> {
  return input.pipe(
    groupByKey(keyOf),
    sessionWindow(gap),
    aggregate(sums),
    select(({ key, window: { start, end }, ...group }) => ({
      ...group,
      key: nameOf(key),
      start: Number(start),
      end: Number(end),
    })),
  );
}

/** The same from a list of rows. */
function listed(input: Observable<Event>, gap: Gap): Observable<object> {
  return input.pipe(
    groupByKey(keyOf),
    sessionWindow(gap),
    aggregate((rows) => ({ all: rows.collectList((e) => e) })),
    select(({ key, window: { start, end }, all }) => ({
      key: nameOf(key),
      start: Number(start),
      end: Number(end),
      ...all.reduce<Sums | undefined>(sumsOf, undefined),
    })),
  );
}

interface Session extends Sums {
  readonly start: number;
  readonly end: number;
}

class SessionsModel implements Model {
  private readonly keys = new Map<string, readonly Session[]>();

  constructor(private readonly shape: SessionShape) {}

  batch(rows: readonly (readonly Event[])[], { late, evict }: Turn): readonly object[] {
    for (const e of rows.flat()) {
      const end = e.at + gapOf(e, this.shape);
      if (end <= late) continue;
      let merged: Session = { start: e.at, end, ...sumsOf(undefined, e) };
      const apart: Session[] = [];
      for (const session of this.keys.get(e.key) ?? []) {
        if (session.start > merged.end || session.end < merged.start) apart.push(session);
        else merged = mergedOf(session, merged);
      }
      this.keys.set(
        e.key,
        [...apart, merged].sort((a, b) => a.start - b.start),
      );
    }
    const over: object[] = [];
    for (const [key, all] of this.keys) {
      for (const session of all) if (session.end <= evict) over.push({ key, ...session });
      this.keys.set(
        key,
        all.filter(({ end }) => end > evict),
      );
    }
    return over;
  }

  isDue(evict: number): boolean {
    return [...this.keys.values()].flat().some(({ end }) => end <= evict);
  }
}

function mergedOf(a: Session, b: Session): Session {
  return {
    start: Math.min(a.start, b.start),
    end: Math.max(a.end, b.end),
    n: a.n + b.n,
    sum: a.sum + b.sum,
    first: Math.min(a.first, b.first),
    last: Math.max(a.last, b.last),
  };
}
