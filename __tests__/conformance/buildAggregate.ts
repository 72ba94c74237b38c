import type { Observable } from 'rxjs';
import { aggregate, groupByKey, select, sessionWindow, window } from '../../index.js';
import { type Built, pick } from './built.js';
import type { AggregatePlan, Row, WindowPlan } from './vector.js';

/** groupByKey, window and aggregate of a vector; the result's columns are flat, as Spark's. */
export function buildAggregate(plan: AggregatePlan, input: Built): Built {
  const { keys } = plan;
  const as = plan.window ? (plan.window.as ?? 'window') : undefined;
  const timeKey = keys.find((key) => input.times.has(key));
  let rows$ = input.rows$ as Observable<never>;
  if (keys.length > 0) {
    const key = (row: Row) => pick(row, keys);
    const options = timeKey === undefined ? {} : { eventTime: (k: Row) => k[timeKey] };
    rows$ = rows$.pipe(groupByKey(key as never, options as never) as never);
  }
  if (plan.window) rows$ = rows$.pipe(windowOperator(plan.window, input) as never);
  const aggregated = rows$.pipe(
    aggregate((a) => aggregatesOf(plan, a as never) as never) as never,
  ) as Observable<Result>;
  const names = Object.keys(plan.aggs);
  const times = new Map<string, 'timestamp' | 'window'>();
  if (timeKey !== undefined) times.set(timeKey, input.times.get(timeKey) ?? 'timestamp');
  const of = plan.window?.column ?? plan.window?.window;
  if (as !== undefined && of !== undefined && input.times.has(of)) times.set(as, 'window');
  return {
    rows$: aggregated.pipe(
      select((row) => ({
        ...row.key,
        ...(as === undefined ? {} : { [as]: row.window }),
        ...sortedSets(plan, pick(row as never, names)),
      })),
    ),
    columns: [...keys, ...(as === undefined ? [] : [as]), ...names],
    times,
  };
}

interface Result {
  readonly key?: Row;
  readonly window?: unknown;
}

/** A set has no order; the vectors have theirs sorted. */
function sortedSets(plan: AggregatePlan, row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) =>
      plan.aggs[name]?.[0] === 'collectSet'
        ? [name, [...(value as readonly (number | string)[])].sort(ascending)]
        : [name, value],
    ),
  );
}

function ascending(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function windowOperator(spec: WindowPlan, input: Built): unknown {
  const of = spec.column ?? spec.window ?? '';
  const isTime = input.times.has(of);
  const time = spec.column
    ? (row: Row) => row[of] as number | null
    : // A window over a window counts at the last instant of it.
      (row: Row) => (row[of] as { end: number } | null)?.end ?? null;
  if (spec.sessionGapMs !== undefined) {
    const gap = spec.sessionGapMs;
    const gapOf =
      typeof gap === 'number'
        ? gap
        : (row: Row) => {
            const units = row[gap.column] as number | null;
            return units === null ? null : units * gap.unitMs;
          };
    const options = { timestamps: 'ms' as const, ...(isTime ? {} : { time }) };
    return sessionWindow(gapOf as never, options as never);
  }
  const inner = spec.window === undefined || isTime ? time : lastInstant(of);
  return window(
    spec.durationMs as number,
    {
      slide: spec.slideMs ?? (spec.durationMs as number),
      startTime: spec.startMs ?? 0,
      timestamps: 'ms',
      ...(isTime ? {} : { time: inner as never }),
    } as never,
  );
}

function lastInstant(column: string): (row: Row) => number | null {
  return (row) => {
    const end = (row[column] as { end: number } | null)?.end;
    return end === undefined ? null : end - 0.5;
  };
}

type Builder = Record<string, (project?: (row: Row) => unknown) => unknown>;

function aggregatesOf(plan: AggregatePlan, rows: Builder): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(plan.aggs).map(([name, [fn, column]]) => {
      const make = rows[fn];
      if (!make) throw new TypeError(`no aggregate ${fn}`);
      return [name, column === undefined ? make.call(rows) : make.call(rows, (r) => r[column])];
    }),
  );
}
