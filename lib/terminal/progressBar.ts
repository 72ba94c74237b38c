import { countOf, countText, spanText } from './figures.js';
import { paint } from './paint.js';
import { type Screen, screenOf } from './screen.js';
import { clip, textWidth } from './textWidth.js';
import { visible } from './visible.js';

/** How far bounded work is. */
export interface Work {
  readonly done: number;
  /** At least `done`; 0 is complete. */
  readonly total: number;
  readonly label?: string;
  /** What is counted. Default `rows`. */
  readonly unit?: string;
  /** Shown, and used for the time left, if it is above 0. */
  readonly perSecond?: number | undefined;
}

const longestBar = 40;
const shortestBar = 8;

/**
 * One line of progress that fits `columns`: the bar shrinks first, then figures leave from the right.
 *
 * @example
 * progressBarText({ done: 1500, total: 3000, label: 'flights', perSecond: 500 }, { columns: 80 });
 * // flights ████████░░░░░░░░  50 %  1,500 of 3,000 rows  500 rows/s  3 s left
 */
export function progressBarText(
  work: Work,
  { columns, colors = false }: { readonly columns: number; readonly colors?: boolean },
): string {
  const figures = figuresOf(work);
  const label = work.label === undefined ? '' : `${visible(work.label)} `;
  let room = roomFor(columns, label, figures);
  while (room < shortestBar && figures.length > 1) {
    figures.pop();
    room = roomFor(columns, label, figures);
  }
  const right = figures.map((figure) => `  ${figure}`).join('');
  if (room < shortestBar) return clip(`${label}${right.trimStart()}`, columns);
  const width = Math.min(longestBar, room);
  const filled = Math.floor(fractionOf(work) * width);
  const bar =
    paint('█'.repeat(filled), 'green', colors) + paint('░'.repeat(width - filled), 'dim', colors);
  return `${label}${bar}${right}`;
}

/** The same without a bar, for logs: `flights 50 %  1,500 of 3,000 rows  500 rows/s  3 s left`. */
export function progressLine(work: Work): string {
  const label = work.label === undefined ? '' : `${visible(work.label)} `;
  return label + figuresOf(work).join('  ').trimStart();
}

/** A bar that was drawn to a screen: see {@link progressBar}. */
export interface ProgressBar {
  /** Draws; where nothing can be drawn over, writes a line per tenth of the work. */
  update(done: number, perSecond?: number): void;
  /** The last state stays on the screen. */
  end(): void;
}

/**
 * A progress bar for bounded work, on a terminal or, line by line, in a log.
 *
 * @example
 * const bar = progressBar({ total: 3_000_000, label: 'flights' });
 * bar.update(100_000, 412_345);
 * bar.end();
 *
 * @since 0.1.0
 */
export function progressBar(
  work: Omit<Work, 'done' | 'perSecond'>,
  screen: Screen = screenOf(),
): ProgressBar {
  let tenth = -1;
  return {
    update: (done, perSecond) => {
      const now: Work = { ...work, done, perSecond };
      const reached = Math.floor(fractionOf(now) * 10);
      const plain = reached > tenth ? progressLine(now) : undefined;
      tenth = Math.max(tenth, reached);
      screen.draw([progressBarText(now, screen)], plain);
    },
    end: () => screen.end(),
  };
}

/** From 0 to 1; nothing to do is done. */
export function fractionOf({ done, total }: Pick<Work, 'done' | 'total'>): number {
  return total > 0 ? Math.min(1, Math.max(0, done / total)) : 1;
}

function figuresOf(work: Work): string[] {
  const { done, total, unit = 'rows', perSecond = 0 } = work;
  const percent = `${String(Math.floor(fractionOf(work) * 100)).padStart(3)} %`;
  const figures = [percent, `${countText(done)} of ${countOf(total, unit)}`];
  if (perSecond > 0) figures.push(`${countOf(perSecond, unit)}/s`);
  if (perSecond > 0 && done < total)
    figures.push(`${spanText(((total - done) / perSecond) * 1000)} left`);
  return figures;
}

function roomFor(columns: number, label: string, figures: readonly string[]): number {
  return figures.reduce((room, figure) => room - 2 - textWidth(figure), columns - textWidth(label));
}
