import type { Observable } from 'rxjs';
import {
  type Aggregates,
  aggregate,
  groupByKey,
  select,
  window,
  withWatermark,
} from '../../index.js';
import { type Sums, sums, sumsOf } from './counts.js';
import { keyOf, nameOf } from './keys.js';
import type { Event, Model, Turn, Workload } from './workload.js';

/** Lengths in ms. */
export interface WindowShape {
  readonly sizeMs: number;
  readonly slideMs: number;
  /** Windows start at it plus a multiple of the slide. */
  readonly startMs: number;
  readonly delayMs: number;
  /** Keys of one kind, and no sum of doubles: where windows overlap, groups are merged by the whole. */
  readonly whole: boolean;
}

type WindowsMode = 'append' | 'update' | 'complete';

/** Sums per key and window of event time. */
export function windows(shape: WindowShape, mode: WindowsMode): Workload {
  return {
    name: `windows of ${shape.sizeMs}/${shape.slideMs}, ${mode}${shape.whole ? ', by the whole' : ''}`,
    sources: 1,
    delaysMs: [shape.delayMs],
    policy: 'min',
    mode,
    keep: () => true,
    build: ([input]) =>
      windowsOf(
        (input as Observable<Event>).pipe(withWatermark((e: Event) => e.at, shape.delayMs)),
        shape,
      ),
    model: () => new WindowsModel(shape, mode),
  };
}

/** `input` has a watermark. */
export function windowsOf(input: Observable<Event>, shape: WindowShape): Observable<object> {
  return input.pipe(
    groupByKey(shape.whole ? (e) => e.key : keyOf),
    window(shape.sizeMs, { slide: shape.slideMs, startTime: shape.startMs }),
    aggregate(
      (rows: Aggregates<Event>): WindowSums => (shape.whole ? withoutSum(rows) : sums(rows)),
    ),
    select((r) => ({
      key: nameOf(r.key),
      start: Number(r.window.start),
      n: r.n,
      sum: r.sum ?? 0,
      first: r.first,
      last: r.last,
    })),
  );
}

type WindowSums = Omit<ReturnType<typeof sums>, 'sum'> & Partial<ReturnType<typeof sums>>;

function withoutSum(rows: Aggregates<Event>): WindowSums {
  const { n, first, last } = sums(rows);
  return { n, first, last };
}

const keepAll = { late: Number.NEGATIVE_INFINITY, evict: Number.NEGATIVE_INFINITY };

interface Pane {
  readonly key: string;
  readonly start: number;
  sums: Sums;
}

export class WindowsModel implements Model {
  private readonly panes = new Map<string, Pane>();

  constructor(
    private readonly shape: WindowShape,
    private readonly mode: WindowsMode,
  ) {}

  batch(rows: readonly (readonly Event[])[], turn: Turn): readonly object[] {
    const { sizeMs, slideMs, startMs } = this.shape;
    // The whole table is shown in each batch, and nothing is ever late for it.
    const keepsAll = this.mode === 'complete';
    const { late, evict } = keepsAll ? keepAll : turn;
    const changed = new Set<Pane>();
    for (const e of rows.flat()) {
      const last = Math.floor((e.at - startMs) / slideMs) * slideMs + startMs;
      for (let start = last; start > e.at - sizeMs; start -= slideMs) {
        if (start + sizeMs <= late) continue;
        const name = `${start} ${e.key}`;
        const pane = this.panes.get(name);
        const sums = sumsOf(pane?.sums, e);
        const next = pane ?? { key: e.key, start, sums };
        next.sums = sums;
        this.panes.set(name, next);
        changed.add(next);
      }
    }
    const over: Pane[] = [];
    for (const [name, pane] of this.panes) {
      if (pane.start + sizeMs > evict) continue;
      this.panes.delete(name);
      over.push(pane);
    }
    const byMode = { append: over, update: changed, complete: this.panes.values() };
    const without = this.shape.whole ? { sum: 0 } : {};
    return Array.from(byMode[this.mode], (pane) => {
      const { key, start, sums } = pane;
      return { key, start, ...sums, ...without };
    });
  }

  isDue(evict: number): boolean {
    if (this.mode !== 'append') return false;
    return [...this.panes.values()].some((pane) => pane.start + this.shape.sizeMs <= evict);
  }
}
