import { daysFromCivil } from './civil.js';
import type { Interval } from './interval.js';
import type { WallClock } from './zone.js';

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;
const hourMs = 3_600_000;
/** 1969-12-29, the Monday before the epoch. */
const firstMonday = -3 * dayMs;

/** The boundaries of calendar windows: every `step` on a wall clock, numbered from 1970. */
export class CalendarGrid {
  /** Wall-clock time of boundary 0, for steps that are no months. */
  private readonly anchorMs: number;

  constructor(
    private readonly clock: WallClock,
    private readonly step: Interval,
    private readonly startMs: number,
  ) {
    this.anchorMs = startMs + (step.ms % weekMs === 0 ? firstMonday : 0);
  }

  /** Number of the step in which the wall clock stands at an instant. */
  stepOf(timeMs: number): number {
    const wall = this.clock.wallOf(timeMs);
    if (this.step.months === 0) return Math.floor((wall - this.anchorMs) / this.step.ms);
    const date = new Date(wall - this.startMs);
    const month = (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
    return Math.floor(month / this.step.months);
  }

  /** Instants of the boundaries from one number to another, ascending, without repeats. */
  boundaries(from: number, to: number): readonly number[] {
    const instants = new Set<number>();
    for (let number = from; number <= to; number++) this.addInstants(this.wallOf(number), instants);
    instants.delete(Number.NaN);
    return [...instants].sort((a, b) => a - b);
  }

  private wallOf(number: number): number {
    if (this.step.months === 0) return this.anchorMs + number * this.step.ms;
    const month = number * this.step.months;
    const year = 1970 + Math.floor(month / 12);
    return daysFromCivil(year, month - Math.floor(month / 12) * 12 + 1, 1) * dayMs + this.startMs;
  }

  private addInstants(wall: number, instants: Set<number>): void {
    const first = this.clock.instantOf(wall);
    if (this.clock.wallOf(first) !== wall) {
      instants.add(this.changeBefore(first));
      return;
    }
    instants.add(first);
    if (this.step.months !== 0 || this.step.ms > hourMs) return;
    const offsetAfter = this.clock.wallOf(first + dayMs) - (first + dayMs);
    const second = wall - offsetAfter;
    if (second > first && this.clock.wallOf(second) === wall) instants.add(second);
  }

  /** The instant at which the offset that holds at `timeMs` began: at most a day before. */
  private changeBefore(timeMs: number): number {
    const offset = this.clock.wallOf(timeMs) - timeMs;
    let before = timeMs - dayMs;
    let after = timeMs;
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (this.clock.wallOf(middle) - middle === offset) after = middle;
      else before = middle;
    }
    return after;
  }
}
