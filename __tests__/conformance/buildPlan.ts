import { identity, type MonoTypeOperatorFunction, type Observable } from 'rxjs';
import {
  asc,
  desc,
  distinct,
  dropDuplicates,
  dropDuplicatesWithinWatermark,
  explode,
  flatMapGroupsWithState,
  groupByKey,
  joinWith,
  limit,
  type MemoryStream,
  orderBy,
  readStream,
  select,
  staticRows,
  type TimeWindow,
  transformWithState,
  union,
  where,
  windowTime,
  withColumns,
  withWatermark,
} from '../../index.js';
import { buildAggregate } from './buildAggregate.js';
import { type Built, pick } from './built.js';
import { arithmetic, holds, sideOf } from './conditions.js';
import { groupStateFunction } from './groupStateFunctions.js';
import { processFunction } from './processFunctions.js';
import { groupScript, processScript } from './scripts.js';
import type { JoinPlan, Plan, ProcessPlan, Row, ScriptPlan, StaticJoinPlan } from './vector.js';

/**
 * Writes a vector's plan with the public operators, as a user would; `between` stands behind each but
 * the last.
 */
export function buildPlan(
  plan: Plan,
  sources: ReadonlyMap<string, Source>,
  between: MonoTypeOperatorFunction<Row> = identity,
): Built {
  const build = (inner: Plan): Built => {
    const built = buildPlan(inner, sources, between);
    return { ...built, rows$: built.rows$.pipe(between) };
  };
  switch (plan.op) {
    case 'source': {
      const source = sources.get(plan.name) as Source;
      return { rows$: readStream(source.stream), columns: source.columns, times: new Map() };
    }
    case 'filter':
      return piped(build(plan.in), (rows$) => rows$.pipe(where((row) => holds(row, plan.where))));
    case 'map':
      return piped(build(plan.in), (rows$) =>
        rows$.pipe(
          withColumns((row) =>
            Object.fromEntries(
              Object.entries(plan.set).map(([column, [operator, from, literal]]) => [
                column,
                arithmetic(row[from], operator, literal),
              ]),
            ),
          ),
        ),
      );
    case 'explode':
      return buildExplode(build(plan.in), plan.column, plan.as);
    case 'select': {
      const input =
        plan.in.op === 'join'
          ? buildJoin(plan.in, build(plan.in.left), build(plan.in.right), plan.columns)
          : build(plan.in);
      return {
        rows$: input.rows$.pipe(select((row: Row) => pick(row, plan.columns))),
        columns: plan.columns,
        times: new Map([...input.times].filter(([column]) => plan.columns.includes(column))),
      };
    }
    case 'rename': {
      const nameOf = (column: string) => plan.names[column] ?? column;
      const input = build(plan.in);
      return {
        columns: input.columns.map(nameOf),
        times: new Map([...input.times].map(([column, kind]) => [nameOf(column), kind])),
        rows$: input.rows$.pipe(
          select((row: Row) =>
            Object.fromEntries(Object.entries(row).map(([c, value]) => [nameOf(c), value])),
          ),
        ),
      };
    }
    case 'windowTime':
      return buildWindowTime(build(plan.in), plan.window, plan.as);
    case 'withWatermark': {
      const input = build(plan.in);
      const { column, delayMs } = plan;
      return {
        ...input,
        rows$: input.rows$.pipe(withWatermark((row: Row) => row[column] as number | null, delayMs)),
        times: new Map([[column, 'timestamp']]),
      };
    }
    case 'withWindow':
      return buildWithWindow(build(plan.in), plan.column, plan.as, plan.durationMs);
    case 'aggregate':
      return buildAggregate(plan, build(plan.in));
    case 'dropDuplicates':
      return buildDropDuplicates(build(plan.in), plan.columns, plan.withinWatermark);
    case 'distinct': {
      const input = build(plan.in);
      if (input.times.size > 0) return buildDropDuplicates(input, input.columns, false);
      return { ...input, rows$: input.rows$.pipe(distinct()) };
    }
    case 'union': {
      const [first, ...others] = plan.inputs.map(build) as [Built, ...Built[]];
      return { ...first, rows$: first.rows$.pipe(union(...others.map((other) => other.rows$))) };
    }
    case 'join':
      return buildJoin(plan, build(plan.left), build(plan.right));
    case 'staticJoin':
      return buildStaticJoin(plan, build(plan.in));
    case 'limit':
      return piped(build(plan.in), (rows$) => rows$.pipe(limit(plan.n)));
    case 'sort': {
      const by = plan.by.map(([column, order]) =>
        (order === 'asc' ? asc : desc)((row: Row) => row[column]),
      );
      return piped(build(plan.in), (rows$) => rows$.pipe(orderBy(...by)));
    }
    case 'groupState': {
      const input = build(plan.in);
      const { fn } = groupStateFunction(plan.function, plan.keys, timeColumn(input));
      return {
        rows$: input.rows$.pipe(
          groupByKey((row: Row) => pick(row, plan.keys)),
          flatMapGroupsWithState(fn, { outputMode: plan.mode, timeout: plan.timeout }),
        ),
        columns: [...plan.keys, 'x', 'y', 'z'],
        times: new Map(),
      };
    }
    case 'script':
      return buildScript(plan, build(plan.in));
    case 'process': {
      const input = build(plan.in);
      return {
        rows$: input.rows$.pipe(
          groupByKey((row: Row) => pick(row, plan.keys)),
          transformWithState(processOf(plan, input) as never),
        ) as Observable<Row>,
        columns: plan.eventTime === undefined ? ['k', 'x', 'y', 'z'] : ['k', plan.eventTime, 'x'],
        times: new Map(plan.eventTime === undefined ? [] : [[plan.eventTime, 'timestamp']]),
      };
    }
  }
}

function buildScript(plan: ScriptPlan, input: Built): Built {
  const grouped = input.rows$.pipe(groupByKey((row: Row) => row.k as string | null));
  const timed = plan.eventTime === undefined ? [] : [plan.eventTime];
  const initial = plan.initial === undefined ? {} : { initialState: plan.initial };
  return {
    rows$: (plan.kind === 'process'
      ? grouped.pipe(transformWithState(processScript(plan) as never))
      : grouped.pipe(
          flatMapGroupsWithState(groupScript, {
            outputMode: plan.mode,
            timeout: plan.timeMode,
            ...initial,
          }),
        )) as Observable<Row>,
    columns: ['k', ...timed, 'x'],
    times: new Map(timed.map((column) => [column, 'timestamp'])),
  };
}

export interface Source {
  readonly stream: MemoryStream<Row>;
  readonly columns: readonly string[];
}

function piped(input: Built, pipe: (rows$: Observable<Row>) => Observable<Row>): Built {
  return { ...input, rows$: pipe(input.rows$) };
}

function processOf(plan: ProcessPlan, input: Built): unknown {
  const time = input.columns.find((column) => column === 'time');
  return processFunction(plan.function, plan.timeMode, plan.keys, time, plan.eventTime);
}

function timeColumn(input: Built): string | undefined {
  return [...input.times.keys()][0];
}

function buildExplode(input: Built, column: string, as: string): Built {
  return {
    ...input,
    columns: [...input.columns, as],
    rows$: input.rows$.pipe(
      explode(
        (row: Row) => Array.from({ length: Math.max(0, (row[column] as number | null) ?? 0) }),
        (row, _element, index) => ({ ...row, [as]: index }),
      ),
    ),
  };
}

function buildWithWindow(input: Built, column: string, as: string, durationMs: number): Built {
  return {
    columns: [...input.columns, as],
    // In Spark both columns carry event time from here on; the vectors keep one.
    times: input.times.has(column) ? new Map([...input.times, [as, 'window']]) : input.times,
    rows$: input.rows$.pipe(
      // A row whose window cannot be said is removed before it is given one.
      where((row: Row) => row[column] !== null),
      withColumns((row: Row) => {
        const start = Math.floor((row[column] as number) / durationMs) * durationMs;
        return { [as]: { start, end: start + durationMs } };
      }),
    ),
  };
}

/** The last instant of a window instead of the window. */
function buildWindowTime(input: Built, window: string, as: string): Built {
  const others = input.columns.filter((column) => column !== window);
  return {
    columns: [...others, as],
    times: new Map(input.times.has(window) ? [[as, 'window']] : []),
    rows$: input.rows$.pipe(
      windowTime((row: Row) => row[window] as TimeWindow<number> | null),
      select((row: Row) => ({ ...pick(row, others), [as]: lastMs(row[window]) })),
    ),
  };
}

/** No number stands for a last instant, which is no whole ms: a window of its ms has the same one. */
function lastMs(window: unknown): TimeWindow<number> | null {
  const end = (window as TimeWindow<number> | null)?.end;
  return end === undefined ? null : { start: end - 1, end };
}

function buildDropDuplicates(input: Built, columns: readonly string[], within: boolean): Built {
  const key = (row: Row) => pick(row, columns);
  if (within) return piped(input, (rows$) => rows$.pipe(dropDuplicatesWithinWatermark(key)));
  const time = columns.find((column) => input.times.has(column));
  if (time === undefined) return piped(input, (rows$) => rows$.pipe(dropDuplicates(key)));
  const eventTime = (row: Row) => {
    const value = row[time] as Bound;
    return typeof value === 'object' && value !== null ? value.end : value;
  };
  return piped(input, (rows$) => rows$.pipe(dropDuplicates(key, { eventTime })));
}

type Bound = { end: number } | number | null;

/** `kept`: the columns that the plan goes on with; their event time is that of the result's rows. */
function buildJoin(plan: JoinPlan, left: Built, right: Built, kept: readonly string[] = []): Built {
  const leftColumns = new Set(left.columns);
  const on = plan.on ?? [];
  const timeKey = on.find(([l, r]) => left.times.has(l) || right.times.has(r));
  const keys = on.filter((pair) => pair !== timeKey);
  const conditions = plan.where ?? [];
  const of = (side: 'left' | 'right' | 'both') =>
    conditions.filter((condition) => sideOf(condition, leftColumns) === side);
  const key = (i: 0 | 1) => (row: Row) => keys.map((pair) => row[pair[i]] ?? null);
  const within = (plan.within ?? []).map((bound) => ({
    left: bound.cmp,
    plus: bound.plusMs,
    ...(left.times.has(bound.left) ? {} : { leftTime: (l: Row) => l[bound.left] as number | null }),
    ...(right.times.has(bound.right)
      ? {}
      : { rightTime: (r: Row) => r[bound.right] as number | null }),
  }));
  const options = {
    type: plan.type,
    ...(keys.length > 0 ? { on: [key(0), key(1)] } : {}),
    ...(timeKey
      ? { onTime: [(l: Row) => l[timeKey[0]] as Bound, (r: Row) => r[timeKey[1]] as Bound] }
      : {}),
    ...(within.length > 0 ? { within } : {}),
    ...timeOption(left, right, kept),
    // The vectors bound a side or not, as they like; Spark does not ask.
    unbounded: true,
    leftWhere: (l: Row) => holds(l, of('left')),
    rightWhere: (r: Row) => holds(r, of('right')),
    where: (l: Row, r: Row) => holds({ ...l, ...r }, of('both')),
    select: (l: Row | null, r: Row | null) => ({
      ...(l ?? nulls(left.columns)),
      ...(plan.type === 'leftSemi' || plan.type === 'leftAnti' ? {} : (r ?? nulls(right.columns))),
    }),
  };
  const isLeftOnly = plan.type === 'leftSemi' || plan.type === 'leftAnti';
  return {
    rows$: left.rows$.pipe(joinWith(right.rows$, options as never)) as Observable<Row>,
    columns: isLeftOnly ? left.columns : [...left.columns, ...right.columns],
    times: isLeftOnly ? left.times : new Map([...left.times, ...right.times]),
  };
}

function timeOption(left: Built, right: Built, kept: readonly string[]): object {
  const isLeft = kept.some((column) => left.times.has(column));
  const isRight = kept.some((column) => right.times.has(column));
  if (isLeft !== isRight) return { time: isLeft ? 'left' : 'right' };
  // None of them is an event time: the rows get that of the side which has none.
  const timeless = left.times.size === 0 ? 'left' : right.times.size === 0 ? 'right' : undefined;
  return kept.length > 0 && !isLeft && timeless ? { time: timeless } : {};
}

function buildStaticJoin(plan: StaticJoinPlan, input: Built): Built {
  const isLeftOnly = plan.type === 'leftSemi' || plan.type === 'leftAnti';
  const tableColumns = ['sk', 'label'];
  const keys = [
    (row: Row) => plan.on.map(([column]) => row[column] ?? null),
    (row: Row) => plan.on.map(([, column]) => row[column] ?? null),
  ];
  const both = (row: Row, label: Row | null) => ({ ...row, ...(label ?? nulls(tableColumns)) });
  const table = staticRows(plan.rows);
  const joined = plan.tableIsLeft
    ? table.pipe(
        joinWith(input.rows$, {
          type: plan.type,
          on: keys.reverse(),
          select: (label: Row | null, row: Row) => both(row, label),
          leftIsStatic: true,
        } as never),
      )
    : input.rows$.pipe(
        joinWith(table, {
          type: plan.type,
          on: keys,
          select: isLeftOnly ? (row: Row) => row : both,
        } as never),
      );
  return {
    ...input,
    rows$: joined as Observable<Row>,
    columns: isLeftOnly ? input.columns : [...input.columns, ...tableColumns],
  };
}

function nulls(columns: readonly string[]): Row {
  return Object.fromEntries(columns.map((column) => [column, null]));
}
