import type { Stage, StageContext } from '../../lib/plan/planNode.js';
import type { TimedGroups } from './timedGroups.js';

/** What every stage that puts rows into windows works with. */
export interface WindowInput<V> {
  readonly ctx: StageContext;
  readonly out: Stage;
  readonly groups: TimedGroups<V>;
  readonly key: ((row: unknown) => unknown) | undefined;
  /** The time that counts (ms), instead of the row's event time. */
  readonly time: ((row: unknown) => number) | undefined;
  /** What the aggregates see of a row; undefined: the row. */
  readonly valueOf: ((row: unknown) => unknown) | undefined;
}
