import type { Observable } from 'rxjs';
import { StreamingError } from '../../lib/errors.js';
import { type GroupingNode, groupingOf, openGrouping } from '../../lib/plan/grouping.js';
import type { PlanNode, Stage, StageContext } from '../../lib/plan/planNode.js';
import { DataStream, planOf } from '../../lib/stream/dataStream.js';
import { requireWindowTime } from './requireWindowTime.js';

/** What `groupByKey`, `window` and `sessionWindow` add to a plan. */
export interface GroupingStep {
  readonly kind: 'groupByKey' | 'window' | 'sessionWindow';
  readonly label: string;
  readonly grouping: GroupingNode['grouping'];
  /** Shows the grouping to whoever reads the rows themselves: an rx node, a subscriber. */
  show(row: GroupedParts, time: number, out: Stage, ctx: StageContext): void;
}

/** A row as the grouping operators hand it to each other. */
export interface GroupedParts {
  readonly key?: unknown;
  readonly window?: unknown;
  readonly value: unknown;
}

/** A stream with one more description; the operator behind reads it and skips this node's stage. */
export function addGrouping<B>(source: Observable<unknown>, step: GroupingStep): DataStream<B> {
  const input = planOf(source);
  refuseRepeated(input, step);
  const wrapped = openGrouping(input) !== undefined;
  const requireTime = (): void => requireWindowTime(node, step.kind, step.grouping.window);
  const node: GroupingNode = {
    kind: step.kind,
    inputs: [input],
    label: step.label,
    grouping: step.grouping,
    // In the plan only if an operator behind sees its rows: else the aggregate asks for the time.
    validate: requireTime,
    validateBatch: requireTime,
    stage: (ctx, out) => new ShowStage(ctx, out, step, wrapped),
  };
  return new DataStream<B>(node);
}

function refuseRepeated(input: PlanNode, step: GroupingStep): void {
  const below = groupingOf(input);
  if (step.grouping.key && below.key) {
    throw new StreamingError('GROUPING_REPEATED', { operator: step.kind, what: 'a key' });
  }
  if (step.grouping.window && below.window) {
    throw new StreamingError('GROUPING_REPEATED', { operator: step.kind, what: 'a window' });
  }
}

class ShowStage implements Stage {
  constructor(
    private readonly ctx: StageContext,
    private readonly out: Stage,
    private readonly step: GroupingStep,
    private readonly wrapped: boolean,
  ) {}

  next(row: unknown, time: number): void {
    const parts = this.wrapped ? (row as GroupedParts) : { value: row };
    this.step.show(parts, time, this.out, this.ctx);
  }

  endBatch(): void {
    this.out.endBatch();
  }
}
