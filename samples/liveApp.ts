/**
 * An Rx app with no query at all: a Subject of clicks, and the pipe renders as rows change.
 *
 * Everything is synchronous, so the view is drawn before `click` returns.
 *
 *     npm run sample -- liveApp
 */
import { BehaviorSubject, combineLatestWith, map, Subject, scan } from 'rxjs';
import { count, groupByKey, outputMode, where, window, withWatermark } from '../index.js';

const clicks$ = new Subject<{ product: string; at: Date }>();
const theme$ = new BehaviorSubject('light');

// Clicks per product and minute, each change at once.
const counts$ = clicks$.pipe(
  where((click) => click.product !== 'background'),
  withWatermark((click) => click.at, '10 seconds'),
  groupByKey((click) => click.product),
  window('1 minute'),
  count(),
  outputMode('update'),
);

// From here on it is any Rx app: rows become the state of the view, the view is rendered.
const view$ = counts$.pipe(
  scan((bars, { window, key, count }) => {
    const minute = window.start.toISOString().slice(11, 16);
    return new Map(bars).set(`${minute} ${key}`, '#'.repeat(count));
  }, new Map<string, string>()),
  combineLatestWith(theme$),
  map(([bars, theme]) => `[${theme}] ${[...bars].map((bar) => bar.join(' ')).join('  ')}`),
);
const subscription = view$.subscribe((view) => console.log(view));

const click = (product: string, time: string) =>
  clicks$.next({ product, at: new Date(`2026-03-01T${time}Z`) });

click('tea', '12:00:01');
click('background', '12:00:02');
click('rum', '12:00:03');
click('tea', '12:00:02'); // out of order, still counted
theme$.next('dark');
click('rum', '12:01:30');
click('tea', '12:00:59'); // late: the watermark is 12:01:20
subscription.unsubscribe();
console.log('still observed:', clicks$.observed);
