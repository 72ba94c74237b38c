import type { MonoTypeOperatorFunction } from 'rxjs';
import { StreamingError } from '../lib/errors.js';
import type { PlanNode, Stage, StageContext } from '../lib/plan/planNode.js';
import { DataStream, planOf } from '../lib/stream/dataStream.js';
import { type ResultSet, resultSet } from './aggregate.js';
import type { Aggregates } from './aggregates/aggregates.js';
import { type Fold, foldOf } from './internal/fold.js';
import { groupRow } from './internal/groupRows.js';

/**
 * Passes rows through and reports aggregates of each batch in `progress.observedMetrics[name]`.
 *
 * In:     rows of `T`.
 * Out:    the same rows.
 * Time:   kept.
 * State:  none: every batch starts anew; a batch without rows reports counts 0 and nulls.
 * Errors: TypeError for an empty name and for a result that is no aggregate; before the query starts
 *         `OBSERVE_NAME_TAKEN`, and `GROUPING_LOST` behind `groupByKey` or `window`.
 *
 * @example
 * events.pipe(observe('quality', (rows) => ({ n: rows.count(), bad: rows.count({ where: (e) => !e.ok }) })));
 * @since 0.1.0
 */
export function observe<T>(
  name: string,
  define: (rows: Aggregates<T>) => ResultSet<T>,
): MonoTypeOperatorFunction<T> {
  if (typeof name !== 'string' || name === '') {
    throw new TypeError(`observe needs a name, got ${JSON.stringify(name)}: observe('quality', …)`);
  }
  const fold = foldOf('observe', resultSet('observe', define));
  return (source) => {
    const node: PlanNode = {
      kind: 'observe',
      inputs: [planOf(source)],
      label: name,
      traits: { columns: 'kept' },
      validate: (query) => {
        const same = (other: PlanNode) => other.kind === 'observe' && other.label === name;
        if (query.nodes.filter(same).length > 1) {
          throw new StreamingError('OBSERVE_NAME_TAKEN', { name });
        }
      },
      stage: (ctx, out) => new ObserveStage(ctx, out, name, fold),
    };
    return new DataStream<T>(node);
  };
}

type Values = Readonly<Record<string, unknown>>;

class ObserveStage<V> implements Stage {
  private value: V;
  private readonly results: ReturnType<typeof groupRow<V>>;

  constructor(
    private readonly ctx: StageContext,
    private readonly out: Stage,
    private readonly name: string,
    private readonly fold: Fold<V>,
  ) {
    this.value = fold.zero();
    this.results = groupRow(false, false, fold);
  }

  /** A batch that failed left its rows in the value. */
  prepare(): void {
    this.value = this.fold.zero();
  }

  next(row: unknown, time: number): void {
    this.value = this.fold.add(this.value, row);
    this.out.next(row, time);
  }

  endBatch(): void {
    this.ctx.observe(this.name, this.results(undefined, undefined, this.value) as Values);
    this.out.endBatch();
  }
}
