import { oneOf } from '../../../lib/options/optionValues.js';
import type { PlanNode } from '../../../lib/plan/planNode.js';
import { keyColumnsOf } from '../groupingText.js';
import { checkInitialState, type InitialState } from '../initialEntries.js';
import { keyOnlyGrouping } from '../keyOnlyGrouping.js';
import { refuseAsyncFunction } from '../rowFunction.js';
import type { GroupTimeout } from './groupState.js';
import { checkGroupStateShape, type FunctionMode, type GroupStateNode } from './groupStateShape.js';
import { type GroupStateSpec, GroupStateStage } from './groupStateStage.js';

export interface GroupStateDescription {
  readonly operator: string;
  readonly mode: FunctionMode;
  readonly timeout: GroupTimeout;
  readonly initialState: InitialState<unknown, unknown> | undefined;
  readonly call: GroupStateSpec['call'];
}

/** Describes a (flat)mapGroupsWithState behind `source`. */
export function groupStateNode(source: PlanNode, description: GroupStateDescription): PlanNode {
  const { operator, mode, timeout, initialState, call } = description;
  const grouping = keyOnlyGrouping(source, operator);
  const self: GroupStateNode = {
    kind: operator,
    inputs: [grouping.input],
    functionMode: mode,
    label: mode === 'map' ? `timeout ${timeout}` : `${mode}, timeout ${timeout}`,
    traits: {
      stateful: true,
      chained: true,
      readsOrder: true,
      grouping: 'reads',
      breaksChain: () => timeout === 'eventTime',
    },
    operatorName: 'flatMapGroupsWithState',
    signature: { timeout, mode },
    ...keyColumnsOf(grouping),
    validate: (query) => {
      grouping.check();
      if (timeout === 'eventTime') query.requireWatermark(self);
      checkGroupStateShape(query, self);
    },
    // What a function gives has no event time, so operators behind have no watermark.
    watermarkOut: () => undefined,
    runsWithoutData: () => timeout === 'eventTime',
    stage: (ctx, out) =>
      new GroupStateStage(ctx, out, {
        operator,
        timeout,
        initialState,
        keyOf: grouping.keyOf,
        valueOf: grouping.valueOf,
        call,
      }),
  };
  return self;
}

const timeouts: readonly GroupTimeout[] = ['none', 'processingTime', 'eventTime'];

/** Checks what is given when the operator is built. */
export function checkGroupStateArguments(
  operator: string,
  fn: unknown,
  timeout: GroupTimeout,
  initialState: unknown,
): void {
  if (typeof fn !== 'function') {
    throw new TypeError(
      `${operator} needs a function, got ${String(fn)}: write ${operator}((key, rows, state) => …)`,
    );
  }
  refuseAsyncFunction(operator, fn);
  oneOf(operator, 'timeout', timeout, timeouts);
  checkInitialState(initialState, operator);
}
