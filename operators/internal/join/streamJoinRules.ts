import { StreamingError } from '../../../lib/errors.js';
import type { QueryShape } from '../../../lib/plan/queryShape.js';
import { isLeftOnly, keepsLeft, keepsRight } from './joinType.js';
import type { StreamJoinSpec } from './streamJoinSpec.js';

/**
 * Refuses a join between streams that Spark refuses, before the query starts. leftAnti follows the rules
 * of leftOuter, which Spark will have with SPARK-58611.
 *
 * Source: semantics/spark.md 1.8, 1.10, 2.11.
 */
export function validateStreamJoin(spec: StreamJoinSpec, query: QueryShape): void {
  requireMode(spec, query);
  if (!spec.hasEquality) throw new StreamingError('JOIN_NEEDS_EQUALITY', { type: spec.type });
  requireTimes(spec);
  requireBound(spec);
}

/** An outer row comes out once, when it can no longer match: only append mode knows that. */
function requireMode({ type }: StreamJoinSpec, { outputMode }: QueryShape): void {
  if (outputMode === 'append') return;
  if (outputMode === 'update' && (type === 'inner' || type === 'leftSemi')) return;
  const fix =
    outputMode === 'update'
      ? "use append mode, or type 'inner' or 'leftSemi'"
      : 'use append mode, which gives each joined row once';
  throw new StreamingError('JOIN_MODE_NOT_SUPPORTED', { type, mode: outputMode, fix });
}

function requireTimes(spec: StreamJoinSpec): void {
  const { left, right } = spec.hasWatermark;
  if (spec.timeKeyed && !spec.timeKeyGiven) need('onTime: true', left, right);
  need('within', left || !spec.comparesTime.left, right || !spec.comparesTime.right);
}

function need(option: string, left: boolean, right: boolean): void {
  if (left && right) return;
  throw new StreamingError('JOIN_NEEDS_EVENT_TIME', { option, side: left ? 'right' : 'left' });
}

function requireBound(spec: StreamJoinSpec): void {
  const { type, offsets, unbounded, ttlMs, matchesEnd } = spec;
  // Spark lets an outer join run if one side's watermark bounds the other, whether or not it evicts.
  const left = offsets.left !== undefined || (unbounded && matchesEnd.left);
  const right = offsets.right !== undefined || (unbounded && matchesEnd.right);
  if (type === 'inner') {
    if (left || right || unbounded || ttlMs !== undefined) return;
    const fix = `${bound}; or say unbounded: true, or ttl: '1 day'`;
    throw new StreamingError('JOIN_NEEDS_BOUND', { type, side: 'left and the right', fix });
  }
  if (type === 'fullOuter') {
    if (left || right) return;
    throw new StreamingError('JOIN_NEEDS_BOUND', { type, side: 'left and the right', fix: bound });
  }
  if ((keepsLeft(type) || isLeftOnly(type)) && !left) {
    const fix = `${bound} from below: within: [{ left: '>=', plus: '-1 hour' }]`;
    throw new StreamingError('JOIN_NEEDS_BOUND', { type, side: 'left', fix });
  }
  if (keepsRight(type) && !right) {
    const fix = `${bound} from above: within: [{ left: '<=', plus: '1 hour' }]`;
    throw new StreamingError('JOIN_NEEDS_BOUND', { type, side: 'right', fix });
  }
}

const bound =
  'give both sides a withWatermark and put an event time in the key (onTime), or bound the left time';
