import type { MaybePromise } from '../../../lib/maybe.js';
import type { PlanNode, Stage } from '../../../lib/plan/planNode.js';
import { earliest } from '../../../lib/time/earliest.js';
import { keyColumnsOf } from '../groupingText.js';
import { namesOf } from '../namesOf.js';
import { isLeftOnly } from './joinType.js';
import { StreamJoin } from './streamJoin.js';
import { type StreamJoinPlan, streamJoinSpec } from './streamJoinOf.js';
import { validateStreamJoin } from './streamJoinRules.js';
import type { StateOffsets } from './timeBounds.js';

/** A join between two streams. */
export function streamJoinNode(plan: StreamJoinPlan, left: PlanNode, right: PlanNode): PlanNode {
  const spec = streamJoinSpec(plan, left, right);
  const { offsets } = spec;
  // Right rows do not come out: what they wait for holds nothing back.
  const emitted = isLeftOnly(spec.type) ? { left: offsets.left, right: undefined } : offsets;
  return {
    kind: 'join',
    inputs: [left, right],
    label: labelOf(plan),
    traits: { stateful: true, chained: true },
    operatorName: 'symmetricHashJoin',
    signature: {
      type: spec.type,
      timeKeyed: spec.timeKeyed,
      leaves: [offsets.left !== undefined, offsets.right !== undefined, spec.ttlMs !== undefined],
    },
    ...keyColumnsOf({ keyColumns: namesOf(plan.options.on) }),
    bounds: boundsOf(plan),
    validate: (query) => validateStreamJoin(spec, query),
    timeInput: spec.outputTime.side === 'left' ? 0 : 1,
    watermarkOut: (inputs) => outputWatermark(earliest(inputs), emitted),
    runsWithoutData: () => offsets.left !== undefined || offsets.right !== undefined,
    stage: (ctx, out) => {
      const join = new StreamJoin(spec, ctx, out);
      return [new LeftInput(join), new RightInput(join)];
    },
  };
}

class LeftInput implements Stage {
  constructor(private readonly join: StreamJoin) {}

  prepare(): MaybePromise<void> {
    return this.join.prepare();
  }

  next(row: unknown, time: number): void {
    this.join.nextLeft(row, time);
  }

  endBatch(): void {
    this.join.endBatch();
  }
}

class RightInput implements Stage {
  constructor(private readonly join: StreamJoin) {}

  next(row: unknown, time: number): void {
    this.join.nextRight(row, time);
  }

  endBatch(): void {
    this.join.endBatch();
  }
}

/**
 * A row that leaves a side's state may be as old as that side's bound, so the watermark behind the join
 * is the oldest of them (ms), of the sides whose rows come out.
 *
 * Source: semantics/spark.md 2.5, 3.8.
 */
export function outputWatermark(
  input: number | undefined,
  { left, right }: StateOffsets,
): number | undefined {
  if (input === undefined) return undefined;
  return Math.min(input, input + (left ?? 0), input + (right ?? 0));
}

function labelOf(plan: StreamJoinPlan): string {
  const { options } = plan;
  const parts = [options.type, ...(options.onTime ? ['time in the key'] : []), ...boundsOf(plan)];
  return parts.join(', ');
}

function boundsOf({ conjuncts }: StreamJoinPlan): readonly string[] {
  return conjuncts.map(({ cmp, plusMs }) => `left ${cmp} right + ${plusMs} ms`);
}
