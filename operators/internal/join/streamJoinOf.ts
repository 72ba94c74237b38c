import { type OptionNames, requireKnownOptions } from '../../../lib/options/knownOptions.js';
import { oneOf } from '../../../lib/options/optionValues.js';
import type { PlanNode } from '../../../lib/plan/planNode.js';
import { type DurationInput, durationMs } from '../../../lib/time/duration.js';
import { eventTimeMs } from '../../../lib/time/eventTime.js';
import { refuseAsyncFunction } from '../rowFunction.js';
import { carriesWatermark } from './carriesWatermark.js';
import { columnKeyReader, type KeyReader, keyFunction, timeKeyReader } from './joinKey.js';
import type { StreamJoinConditions, TimeBound } from './joinOptions.js';
import type { JoinSide, JoinType } from './joinType.js';
import type { Residual, StreamJoinSpec } from './streamJoinSpec.js';
import {
  lacksTime,
  noOffsets,
  otherTimesCondition,
  stateOffsets,
  type TimeConjunct,
  TimeInterval,
} from './timeBounds.js';

/** Options of any row types: the operator's signature has checked that they fit. */
export type AnyStreamJoin = StreamJoinConditions<unknown, unknown, JoinType, unknown, unknown>;

/** What the options say, before the two inputs are known. */
export interface StreamJoinPlan {
  readonly options: AnyStreamJoin;
  readonly conjuncts: readonly TimeConjunct[];
  readonly keyReader: (side: JoinSide, leavesByKey: boolean) => KeyReader;
  readonly residual: Residual | undefined;
  readonly ttlMs: number | undefined;
}

/** Checks the options and converts durations, when the operator is built. */
export function streamJoinPlan(options: AnyStreamJoin): StreamJoinPlan {
  if (options.time !== undefined) oneOf('joinWith', 'time', options.time, ['left', 'right']);
  const conjuncts = boundsOf(options.within).map(conjunctOf);
  const others = otherTimesCondition(conjuncts);
  const { where } = options;
  const keepsTime = conjuncts.length > 0 || where !== undefined;
  return {
    options,
    conjuncts,
    keyReader: keyReadersOf(options, keepsTime),
    residual:
      where && others
        ? (l, lt, r, rt) => others(l, lt, r, rt) && where(l, r)
        : residualOf(where, others),
    ttlMs: ttlOf(options),
  };
}

/** The join between two given inputs. */
export function streamJoinSpec(
  plan: StreamJoinPlan,
  left: PlanNode,
  right: PlanNode,
): StreamJoinSpec {
  const { options, conjuncts } = plan;
  const hasWatermark = { left: carriesWatermark(left), right: carriesWatermark(right) };
  const timeKeyed = options.onTime !== undefined;
  const both = hasWatermark.left && hasWatermark.right;
  const some = hasWatermark.left || hasWatermark.right;
  const leavesByKey = timeKeyed && some;
  const hasKeyColumns = keyFunction(options.on, 'left') !== undefined;
  const side =
    options.time ??
    (hasWatermark.right && (!hasWatermark.left || options.type === 'rightOuter')
      ? 'right'
      : 'left');
  return {
    type: options.type,
    keyReader: (of) => plan.keyReader(of, leavesByKey),
    hasEquality: timeKeyed || hasKeyColumns,
    hasKeyColumns,
    timeKeyed,
    leavesByKey,
    timeKeyGiven: timeKeyed && options.onTime !== true,
    comparesTime: {
      left: conjuncts.some((conjunct) => !conjunct.leftTime),
      right: conjuncts.some((conjunct) => !conjunct.rightTime),
    },
    lacksTime: { left: lacksTime(conjuncts, 'left'), right: lacksTime(conjuncts, 'right') },
    interval: new TimeInterval(conjuncts),
    residual: plan.residual,
    leftWhere: options.leftWhere,
    rightWhere: options.rightWhere,
    select: options.select,
    offsets: leavesByKey ? atWatermark : !timeKeyed && both ? stateOffsets(conjuncts) : noOffsets,
    matchesEnd: {
      left: hasWatermark.right && conjuncts.some((c) => c.cmp[0] === '>' && !c.rightTime),
      right: hasWatermark.left && conjuncts.some((c) => c.cmp[0] === '<' && !c.leftTime),
    },
    hasWatermark,
    unbounded: options.unbounded === true,
    ttlMs: plan.ttlMs,
    outputTime: { side, strict: options.time !== undefined },
  };
}

const atWatermark = { left: 0, right: 0 };

function keyReadersOf(
  { on, onTime }: AnyStreamJoin,
  keepsTime: boolean,
): StreamJoinPlan['keyReader'] {
  const keys = { left: keyFunction(on, 'left'), right: keyFunction(on, 'right') };
  if (onTime === undefined) {
    return (side) => columnKeyReader(keys[side] ?? noKey);
  }
  const times = keyTimesOf(onTime);
  return (side, leavesByKey) => timeKeyReader(keys[side], times[side], leavesByKey, keepsTime);
}

/** What gives the time of the key, by side; undefined: it is the row's own. */
function keyTimesOf(onTime: unknown): Partial<Record<JoinSide, (row: unknown) => unknown>> {
  if (onTime === true) return {};
  if (!Array.isArray(onTime) || onTime.length !== 2) throw badOnTime(onTime);
  const [left, right] = onTime;
  if (typeof left !== 'function' || typeof right !== 'function') throw badOnTime(onTime);
  return { left, right };
}

/** `validate` refuses a join without equality before a row is read. */
function noKey(): undefined {
  return undefined;
}

function badOnTime(onTime: unknown): TypeError {
  return new TypeError(
    `joinWith: onTime must be true or [(l) => l.window, (r) => r.window], got ${typeof onTime}`,
  );
}

function residualOf(
  where: ((left: unknown, right: unknown) => boolean) | undefined,
  others: Residual | undefined,
): Residual | undefined {
  return where ? (left, _leftMs, right) => where(left, right) : others;
}

function boundsOf(within: AnyStreamJoin['within']): readonly TimeBound[] {
  if (within === undefined) return [];
  return 'left' in within ? [within] : within;
}

const boundNames: OptionNames<TimeBound> = {
  left: true,
  plus: true,
  leftTime: true,
  rightTime: true,
};

function conjunctOf(bound: TimeBound): TimeConjunct {
  requireKnownOptions('joinWith: within', bound, boundNames);
  const { left, plus = 0, leftTime, rightTime } = bound;
  if (!['<', '<=', '>', '>='].includes(left)) {
    throw new TypeError(
      `joinWith: a bound in within has left: '<', '<=', '>' or '>=', got ${JSON.stringify(left)}`,
    );
  }
  for (const time of [leftTime, rightTime]) refuseAsyncFunction('joinWith: within', time);
  return {
    cmp: left,
    plusMs: durationMs(plus, 'joinWith: plus of a bound in within', { min: 'any' }),
    leftTime: leftTime && ((row) => eventTimeMs(leftTime(row))),
    rightTime: rightTime && ((row) => eventTimeMs(rightTime(row))),
  };
}

function ttlOf({ type, ttl }: { type: JoinType; ttl?: DurationInput }): number | undefined {
  if (ttl === undefined) return undefined;
  if (type !== 'inner') {
    throw new TypeError(
      `joinWith: ttl is for inner joins, got type '${type}': a row that leaves by the clock may still find its match, bound it with within or onTime`,
    );
  }
  return durationMs(ttl, 'joinWith: ttl', { min: 'positive' });
}
