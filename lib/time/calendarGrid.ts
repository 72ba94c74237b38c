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
  /** The last one that was looked for. */
  private change = Number.NaN;

  constructor(
    private readonly clock: WallClock,
    private readonly step: Interval,
    private readonly startMs: number,
  ) {
    this.anchorMs = startMs + (step.ms % weekMs === 0 ? firstMonday : 0);
  }

  /** Number of the step in which the wall clock stands at an instant. */
  stepOf(timeMs: number): number {
    return this.numberOf(this.clock.wallOf(timeMs));
  }

  private numberOf(wall: number): number {
    if (this.step.months === 0) return Math.floor((wall - this.anchorMs) / this.step.ms);
    const date = new Date(wall - this.startMs);
    const month = (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
    return Math.floor(month / this.step.months);
  }

  /** The longest step there is, ms on the wall clock. */
  get longestMs(): number {
    return this.step.months === 0 ? this.step.ms : this.step.months * 31 * dayMs;
  }

  /** Instants of the boundaries from one instant to another, ascending, without repeats. */
  boundaries(fromMs: number, toMs: number): readonly number[] {
    const { clock } = this;
    const offsets = [fromMs - 1, toMs].map((ms) => clock.wallOf(ms) - ms) as [number, number];
    const [least, most] = [Math.min(...offsets), Math.max(...offsets)];
    // Within a day the clock changes once at most; else it may have changed and changed back.
    const margin = toMs - fromMs <= dayMs ? 0 : dayMs;
    const first = this.numberOf(fromMs - 1 + least - margin);
    const last = this.numberOf(toMs + most + margin) + 1;
    const instants = new Set<number>();
    for (let number = first; number <= last; number++)
      this.addInstants(this.wallOf(number), instants);
    const within = [...instants].filter((ms) => ms >= fromMs && ms <= toMs);
    return within.sort((a, b) => a - b);
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
      instants.add(this.changeOver(wall, first));
      return;
    }
    instants.add(first);
    if (this.step.months !== 0 || this.step.ms > hourMs) return;
    const offsetAfter = this.clock.wallOf(first + dayMs) - (first + dayMs);
    const second = wall - offsetAfter;
    if (second > first && this.clock.wallOf(second) === wall) instants.add(second);
  }

  /** The change at which the clock skips a time. A day that is skipped has many steps: asked once. */
  private changeOver(wall: number, first: number): number {
    const { clock, change } = this;
    const isSame = clock.wallOf(change - 1) < wall && wall < clock.wallOf(change);
    if (!isSame) this.change = this.changeBefore(first);
    return this.change;
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
