import type { Plan, Vector } from './vector.js';

/** A plan shape that Spark refuses and we run, on purpose: docs/semantics.md, "Beyond Spark". */
export interface Extension {
  readonly name: string;
  accepts(vector: Vector): boolean;
}

/** The rows of each shape: __tests__/spark/beyondSpark.test.ts. */
export const extensions: readonly Extension[] = [
  {
    name: 'leftAnti join of two streams, bounded as a left outer join',
    accepts: ({ plan, outputMode }) =>
      outputMode === 'append' && some(plan, (p) => p.op === 'join' && p.type === 'leftAnti'),
  },
  {
    name: 'two event times into one stateful operator',
    accepts: ({ plan }) => some(plan, (p) => eventTimesRead(p) > 1),
  },
  {
    name: 'a state function behind an aggregation or another state function, in append mode',
    accepts: ({ plan, outputMode }) =>
      outputMode === 'append' &&
      some(
        plan,
        (p) =>
          p.op === 'groupState' &&
          p.mode === 'append' &&
          some(p.in, (q) => q.op === 'aggregate' || q.op === 'groupState'),
      ),
  },
  {
    name: 'a union of which not the first stream has the watermark',
    accepts: ({ plan }) =>
      some(
        plan,
        (p) =>
          p.op === 'union' && p.inputs.some(hasWatermark) && !hasWatermark(p.inputs[0] as Plan),
      ),
  },
  {
    name: "a window over another time than the watermark's, in append mode",
    accepts: ({ plan, outputMode }) => outputMode === 'append' && some(plan, hasWindowOfOtherTime),
  },
  {
    name: 'a second withWatermark right behind the first',
    accepts: ({ plan }) =>
      some(plan, (p) => p.op === 'withWatermark' && p.in.op === 'withWatermark'),
  },
];

function inputsOf(plan: Plan): readonly Plan[] {
  if (plan.op === 'source') return [];
  if (plan.op === 'union') return plan.inputs;
  return plan.op === 'join' ? [plan.left, plan.right] : [plan.in];
}

function some(plan: Plan, accepts: (plan: Plan) => boolean): boolean {
  return accepts(plan) || inputsOf(plan).some((input) => some(input, accepts));
}

function hasWatermark(plan: Plan): boolean {
  return some(plan, (p) => p.op === 'withWatermark');
}

function hasWindowOfOtherTime(plan: Plan): boolean {
  if (plan.op !== 'aggregate') return false;
  const of = plan.window?.column;
  return of !== undefined && hasWatermark(plan.in) && !eventTimes(plan.in).has(of);
}

/** Columns with event time that a stateful operator sees, as Spark marks them. */
function eventTimesRead(plan: Plan): number {
  switch (plan.op) {
    case 'aggregate':
      return eventTimes(plan).size;
    case 'dropDuplicates':
    case 'distinct':
    case 'groupState':
    case 'process':
      return eventTimes(plan.in).size;
    case 'join':
      return Math.max(eventTimes(plan.left).size, eventTimes(plan.right).size);
    default:
      return 0;
  }
}

function eventTimes(plan: Plan): ReadonlySet<string> {
  const inner = inputsOf(plan).map(eventTimes);
  const above = inner[0] ?? new Set<string>();
  switch (plan.op) {
    case 'withWatermark':
      return new Set([...above, plan.column]);
    case 'rename':
      return new Set([...above].map((column) => plan.names[column] ?? column));
    case 'windowTime':
      return new Set([...above].map((column) => (column === plan.window ? plan.as : column)));
    case 'withWindow':
      return above.has(plan.column) ? new Set([...above, plan.as]) : above;
    case 'select':
      return new Set(plan.columns.filter((column) => above.has(column)));
    case 'aggregate': {
      const { window } = plan;
      const keys = plan.keys.filter((key) => above.has(key));
      const of = window?.column ?? window?.window;
      return new Set(of !== undefined && above.has(of) ? [...keys, window?.as ?? 'window'] : keys);
    }
    case 'join':
      return plan.type === 'leftSemi' || plan.type === 'leftAnti'
        ? above
        : new Set(inner.flatMap((times) => [...times]));
    case 'groupState':
      return new Set();
    case 'process':
      return new Set(plan.eventTime === undefined ? [] : [plan.eventTime]);
    default:
      return above;
  }
}
