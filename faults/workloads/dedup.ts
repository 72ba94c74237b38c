import type { Observable } from 'rxjs';
import { dropDuplicates, dropDuplicatesWithinWatermark, withWatermark } from '../../index.js';
import { type WindowShape, WindowsModel, windowsOf } from './windows.js';
import type { Event, Model, Turn, Workload } from './workload.js';

const keyOf = (e: Event) => `${e.key}/${e.v % 5}`;

/** The first row of each key, as long as the watermark remembers it. */
export function dedupWithin(delayMs: number): Workload {
  return {
    name: `dedup within ${delayMs}`,
    sources: 1,
    delaysMs: [delayMs],
    policy: 'min',
    mode: 'append',
    keep: () => true,
    build: ([input]) => withinOf(input as Observable<Event>, delayMs),
    model: () => new DedupModel(delayMs),
  };
}

/** The same in front of windows: two stateful operators in one query. */
export function dedupThenWindows(shape: WindowShape): Workload {
  const { delayMs } = shape;
  return {
    ...dedupWithin(delayMs),
    name: `dedup, then windows of ${shape.sizeMs}/${shape.slideMs}`,
    build: ([input]) => windowsOf(withinOf(input as Observable<Event>, delayMs), shape),
    model: () => {
      const [dedup, windows] = [new DedupModel(delayMs), new WindowsModel(shape, 'append')];
      return {
        batch: (rows, turn) => windows.batch([dedup.batch(rows, turn)], turn),
        isDue: (evict) => windows.isDue(evict),
      };
    },
  };
}

/** The first row of each key for ever. */
export function dedupForever(): Workload {
  return {
    name: 'dedup for ever',
    sources: 1,
    delaysMs: [],
    policy: 'min',
    mode: 'append',
    keep: () => true,
    build: ([input]) => (input as Observable<Event>).pipe(dropDuplicates(keyOf)),
    model: () => new DedupModel(Number.POSITIVE_INFINITY),
  };
}

function withinOf(input: Observable<Event>, delayMs: number): Observable<Event> {
  return input.pipe(
    withWatermark((e: Event) => e.at, delayMs),
    dropDuplicatesWithinWatermark(keyOf),
  );
}

class DedupModel implements Model {
  private readonly seen = new Map<string, number>();

  constructor(private readonly delayMs: number) {}

  batch(rows: readonly (readonly Event[])[], { late, evict }: Turn): readonly Event[] {
    const out: Event[] = [];
    for (const e of rows.flat()) {
      if (e.at <= late || this.seen.has(keyOf(e))) continue;
      this.seen.set(keyOf(e), e.at + this.delayMs);
      out.push(e);
    }
    for (const [key, expiry] of this.seen) if (expiry <= evict) this.seen.delete(key);
    return out;
  }

  isDue(): boolean {
    return false;
  }
}
