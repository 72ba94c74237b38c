import { isObservable, type Observable, type OperatorFunction } from 'rxjs';
import { type OptionNames, requireKnownOptions } from '../lib/options/knownOptions.js';
import { DataStream, planOf } from '../lib/stream/dataStream.js';
import { requireStream } from '../lib/stream/requireStream.js';
import type {
  Joined,
  StaticJoinOptions,
  StaticJoinType,
  StreamJoinOptions,
} from './internal/join/joinOptions.js';
import { type JoinType, joinTypes } from './internal/join/joinType.js';
import { type AnyStaticJoin, staticJoinNode } from './internal/join/staticJoinNode.js';
import { streamJoinNode } from './internal/join/streamJoinNode.js';
import { type AnyStreamJoin, streamJoinPlan } from './internal/join/streamJoinOf.js';
import { answersAtOnce, refuseAsyncFunction } from './internal/rowFunction.js';
import { type StaticInput, StaticRows, staticRows } from './staticRows.js';

export type {
  JoinBound,
  JoinConditions,
  JoinEquality,
  Joined,
  JoinKeys,
  JoinTimeKeys,
  StaticJoinOptions,
  StaticJoinType,
  StreamJoinConditions,
  StreamJoinOptions,
  TimeBound,
} from './internal/join/joinOptions.js';
export type { JoinType } from './internal/join/joinType.js';

/**
 * Joins a stream with another stream or with a table, as SQL would join what has arrived so far.
 *
 * ```
 * left    a1 ──────── b2 ──────────┊─────      within: between('-2 seconds', '2 seconds')
 * right   ────── a2 ───────── c5 ──┊─────      on: 'key'
 * inner   ────── a1a2 ─────────────┊─────
 * outer   ────── a1a2 ─────────────┊ b2·       once the watermark says that b's partner cannot come
 * ```
 *
 * In:     left rows of `L`; right rows of `R`: a DataStream or any Observable is a stream, an array, a
 *         promise, a function per batch or `staticRows(…)` is a table.
 * Out:    what `select` makes of each pair, by default `{ left, right }`; a side that is missing is null.
 *         leftSemi and leftAnti give left rows. In a batch first the pairs, then unmatched left rows, then
 *         unmatched right ones.
 * Time:   `within` compares the rows' event times (ms); with `onTime` an event time or window is part of
 *         the key. An output row has the left row's time unless `time` says otherwise, or, with `onTime`,
 *         the key's. The watermark behind the join is as late as the oldest row that may still come out.
 * State:  rows of both sides until the watermark says that they cannot match any more, by `onTime` or
 *         `within`; a left row of leftSemi or leftAnti leaves with its first match. `unbounded: true`
 *         keeps the rest for ever, `ttl` keeps it for a span of processing time. With a table: none.
 * Late:   per side, if that side has a watermark: event time <= late watermark, to the late output.
 * Errors: `JOIN_NEEDS_EQUALITY`, `JOIN_NEEDS_BOUND`, `JOIN_NEEDS_EVENT_TIME`, `JOIN_MODE_NOT_SUPPORTED`
 *         (append; inner and leftSemi also update) and `JOIN_TYPE_NOT_SUPPORTED` (with a table) before the
 *         query starts; `STATE_NOT_ENCODABLE` for a key or row that cannot be kept.
 * Source: semantics/spark.md 1.10, 2.11, part 6. Beyond Spark: leftAnti between streams, `ttl`.
 *
 * @example
 * impressions.pipe(
 *   withWatermark((i) => i.at, '1 hour'),
 *   joinWith(clicks.pipe(withWatermark((c) => c.at, '2 hours')), {
 *     type: 'leftOuter',
 *     on: 'adId',
 *     within: between('-1 hour', '0 seconds'), // a click comes up to an hour after its impression
 *     select: (impression, click) => ({ ad: impression.adId, clicked: click !== null }),
 *   }),
 * );
 * @since 0.1.0
 */
export function joinWith<L, R, const J extends StaticJoinType, K, Out = Joined<J, L, R>>(
  right: StaticRows<R> | StaticInput<R>,
  options: StaticJoinOptions<L, R, J, K, Out>,
): OperatorFunction<L, Out>;
export function joinWith<L, R, const J extends JoinType, K, Out = Joined<J, L, R>>(
  right: Observable<R>,
  options: StreamJoinOptions<L, R, J, K, Out>,
): OperatorFunction<L, Out>;
export function joinWith(right: unknown, given: unknown): OperatorFunction<unknown, unknown> {
  const options = checked(given);
  if (isObservable(right) && !(right instanceof StaticRows)) {
    requireKnownOptions('joinWith', options, streamNames);
    return withStream(right, options);
  }
  if (typeof Object(right).open === 'function') requireStream('joinWith', right);
  requireKnownOptions<AnyStaticJoin>('joinWith with a table', options, tableNames);
  const table = staticRows(right as StaticInput<unknown>);
  return (left) => {
    if (left instanceof StaticRows) throw twoTables();
    return new DataStream(staticJoinNode(options, planOf(left), 'left', table));
  };
}

function withStream(
  right: Observable<unknown>,
  options: AnyJoin,
): OperatorFunction<unknown, unknown> {
  const plan = streamJoinPlan(options);
  return (left) => {
    if (left instanceof StaticRows) {
      return new DataStream(staticJoinNode(options, planOf(right), 'right', left));
    }
    if (options.leftIsStatic) {
      throw new TypeError('joinWith: leftIsStatic is set, but the left side is a stream: drop it');
    }
    return new DataStream(streamJoinNode(plan, planOf(left), planOf(right)));
  };
}

type AnyJoin = AnyStreamJoin & AnyStaticJoin;

const tableNames: OptionNames<AnyStaticJoin> = {
  type: true,
  on: true,
  where: true,
  leftWhere: true,
  rightWhere: true,
  select: true,
};
const streamNames: OptionNames<AnyStreamJoin> = {
  ...tableNames,
  onTime: true,
  within: true,
  unbounded: true,
  ttl: true,
  leftIsStatic: true,
  time: true,
};

/** Those whose answers nothing else looks at: a Promise would be true, or the row. */
const functions = ['where', 'leftWhere', 'rightWhere', 'select'] as const;

/** The signatures above have checked the rest; a program without types may still give anything. */
function checked(given: unknown): AnyJoin {
  const type: unknown = Reflect.get(Object(given), 'type');
  if (!joinTypes.some((known) => known === type)) {
    throw new TypeError(
      `joinWith: type must be one of ${joinTypes.join(', ')}, got ${JSON.stringify(type)}`,
    );
  }
  const options = { ...(given as AnyJoin) };
  for (const name of functions) {
    const fn = options[name] as ((...rows: unknown[]) => unknown) | undefined;
    if (fn) Reflect.set(options, name, answersAtOnce('joinWith', name, fn));
  }
  for (const name of ['on', 'onTime'] as const) {
    for (const fn of Object.values(Object(options[name]))) {
      refuseAsyncFunction(`joinWith: ${name}`, fn);
    }
  }
  return options;
}

function twoTables(): TypeError {
  return new TypeError('joinWith: both sides are static rows: join the arrays, or give a stream');
}
