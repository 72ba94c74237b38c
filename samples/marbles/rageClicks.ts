import type { Observable } from 'rxjs';
import { filter } from 'rxjs';
import { count, groupByKey, window, withWatermark } from '../../index.js';

export interface Click {
  readonly button: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Buttons that are clicked three times or more within a second: `cold()` in a test, a Subject in the app. */
export function rageClicks(clicks$: Observable<Click>) {
  return clicks$.pipe(
    withWatermark((click) => click.at, '100 milliseconds'),
    groupByKey((click) => click.button),
    window('1 second', { timestamps: 'ms' }),
    count(),
    filter((row) => row.count >= 3),
  );
}
