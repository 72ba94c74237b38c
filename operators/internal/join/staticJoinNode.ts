import { StreamingError } from '../../../lib/errors.js';
import type { PlanNode } from '../../../lib/plan/planNode.js';
import type { StaticRows } from '../../staticRows.js';
import { namesOf } from '../namesOf.js';
import { keyFunction } from './joinKey.js';
import type { JoinConditions } from './joinOptions.js';
import { isLeftOnly, type JoinSide, type JoinType } from './joinType.js';
import { StaticJoin, type StaticJoinSpec } from './staticJoin.js';

export type AnyStaticJoin = JoinConditions<unknown, unknown, JoinType, unknown> & {
  readonly on?: unknown;
};

/** A table knows no rows to come, so only the stream's rows may come out unmatched. */
const allowed: Readonly<Record<JoinSide, readonly JoinType[]>> = {
  left: ['inner', 'leftOuter', 'leftSemi', 'leftAnti'],
  right: ['inner', 'rightOuter'],
};

/**
 * A join of a stream (on the side `stream`) with a table.
 *
 * Source: semantics/spark.md 1.10.
 */
export function staticJoinNode(
  options: AnyStaticJoin,
  input: PlanNode,
  stream: JoinSide,
  table: StaticRows<unknown>,
): PlanNode {
  const { type } = options;
  const spec = staticJoinSpec(options, stream, table);
  return {
    kind: 'staticJoin',
    inputs: [input],
    label: type,
    traits: { readsColumns: namesOf(options.on) ?? [] },
    validate: () => {
      if (!allowed[stream].includes(type)) {
        const sides =
          stream === 'left'
            ? 'a stream and static rows on the right'
            : 'static rows on the left and a stream';
        const names = allowed[stream].join(', ');
        throw new StreamingError('JOIN_TYPE_NOT_SUPPORTED', { type, sides, allowed: names });
      }
      if (keyFunction(options.on, 'left') === undefined) {
        throw new StreamingError('JOIN_NEEDS_EQUALITY', { type });
      }
    },
    stage: (ctx, out) => new StaticJoin(spec, ctx, out),
  };
}

function staticJoinSpec(
  options: AnyStaticJoin,
  stream: JoinSide,
  table: StaticRows<unknown>,
): StaticJoinSpec {
  const { type, where, select, leftWhere, rightWhere } = options;
  const isLeft = stream === 'left';
  const leftKey = keyFunction(options.on, 'left') ?? (() => undefined);
  const rightKey = keyFunction(options.on, 'right') ?? (() => undefined);
  const pair = select ?? ((left: unknown, right: unknown): unknown => ({ left, right }));
  const result = isLeftOnly(type) && !select ? (row: unknown) => row : pair;
  return {
    gives: givesOf(type),
    stream,
    table,
    streamKey: isLeft ? leftKey : rightKey,
    tableKey: isLeft ? rightKey : leftKey,
    streamWhere: isLeft ? leftWhere : rightWhere,
    tableWhere: isLeft ? rightWhere : leftWhere,
    where: isLeft || !where ? where : (row, other) => where(other, row),
    result: isLeft ? result : (row, other) => result(other, row),
  };
}

function givesOf(type: JoinType): StaticJoinSpec['gives'] {
  switch (type) {
    case 'inner':
      return 'pairs';
    case 'leftSemi':
      return 'ifMatched';
    case 'leftAnti':
      return 'ifUnmatched';
    default:
      return 'pairsOrAlone';
  }
}
