import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import { StreamingError } from '../lib/errors.js';
import { requireKnownOptions } from '../lib/options/knownOptions.js';
import { oneOf } from '../lib/options/optionValues.js';
import type { PlanNode, Stage, StageContext } from '../lib/plan/planNode.js';
import type { QueryShape } from '../lib/plan/queryShape.js';
import { DataStream, planOf } from '../lib/stream/dataStream.js';
import { hasAggregationAbove } from './internal/aggregationAbove.js';
import { compareByKey, type NullsOrder, type OrderKey } from './internal/order/orderKey.js';
import { refuseAsyncFunction, refusePromise } from './internal/rowFunction.js';

export type { NullsOrder, OrderKey } from './internal/order/orderKey.js';

/**
 * Options of {@link asc} and {@link desc}.
 *
 * @since 0.1.0
 */
export interface OrderOptions {
  /** Default: nulls first in ascending order, last in descending order, as in Spark. */
  readonly nulls?: NullsOrder;
}

/**
 * A column in ascending order, by its name or as a function of the row; null first.
 *
 * @example
 * words.pipe(groupByKey((w) => w), count(), orderBy(asc((row) => row.key, { nulls: 'last' })));
 * @since 0.1.0
 */
export function asc<T>(column: Column<T>, options: OrderOptions = {}): OrderKey<T> {
  const nulls = nullsOf('asc', options, 'first');
  return { value: readerOf(column), descending: false, nulls };
}

/**
 * A column in descending order, by its name or as a function of the row; null last.
 *
 * @example
 * words.pipe(groupByKey((w) => w), count(), orderBy(desc('count')));
 * @since 0.1.0
 */
export function desc<T>(column: Column<T>, options: OrderOptions = {}): OrderKey<T> {
  const nulls = nullsOf('desc', options, 'last');
  return { value: readerOf(column), descending: true, nulls };
}

type Column<T> = ((row: T) => unknown) | (keyof T & string);

function readerOf<T>(column: Column<T>): (row: T) => unknown {
  return typeof column === 'string' ? (row) => row[column] : column;
}

function nullsOf(owner: string, options: OrderOptions, byDefault: NullsOrder): NullsOrder {
  requireKnownOptions(owner, options, { nulls: true });
  return oneOf(owner, 'nulls', options.nulls ?? byDefault, ['first', 'last']);
}

/**
 * Sorts the whole table of an aggregation, batch by batch, in complete mode.
 *
 * In:     rows of `T`; a function or the name of a column sorts in ascending order.
 * Out:    the rows of the batch in order, unchanged; equal rows keep their order.
 * Time:   each row keeps its own.
 * Errors: TypeError without columns; `ORDER_BY_MODE` outside complete mode or without an aggregation
 *         above: a stream has no end, so its rows cannot be sorted.
 * Source: semantics/spark.md 1.8, 2.14.
 *
 * @example
 * words.pipe(groupByKey((w) => w), count(), orderBy(desc((r) => r.count), asc((r) => r.key)));
 * @since 0.1.0
 */
export function orderBy<T>(
  ...by: readonly (OrderKey<T> | ((row: T) => unknown) | (keyof T & string))[]
): MonoTypeOperatorFunction<T> {
  if (by.length === 0) {
    throw new TypeError('orderBy needs at least one column: write orderBy(asc((row) => row.name))');
  }
  const keys = by.map((key) => checked(typeof key === 'object' ? key : asc(key)));
  return (source: Observable<T>) => new DataStream<T>(node(planOf(source), keys as never));
}

function checked<T>(key: OrderKey<T>): OrderKey<T> {
  if (typeof key?.value !== 'function') {
    throw new TypeError(
      `orderBy takes columns, functions of the row, asc(…) and desc(…), got ${String(key)}: write desc('count') or desc((row) => row.count)`,
    );
  }
  refuseAsyncFunction('orderBy', key.value);
  return key;
}

type AnyOrderKey = OrderKey<unknown>;

function node(input: PlanNode, keys: readonly AnyOrderKey[]): PlanNode {
  const self: PlanNode = {
    kind: 'orderBy',
    inputs: [input],
    label: keys.map((key) => (key.descending ? 'desc' : 'asc')).join(', '),
    validate: (query) => refuseEndless(query, self),
    stage: (ctx, out) => new OrderByStage(ctx, out, keys),
  };
  return self;
}

function refuseEndless(query: QueryShape, node: PlanNode): void {
  if (query.outputMode !== 'complete') {
    throw new StreamingError('ORDER_BY_MODE', { mode: `in ${query.outputMode} mode` });
  }
  if (!hasAggregationAbove(node)) {
    throw new StreamingError('ORDER_BY_MODE', { mode: 'without an aggregation before it' });
  }
}

interface SortedRow {
  readonly row: unknown;
  readonly time: number;
  readonly values: readonly unknown[];
}

class OrderByStage implements Stage {
  private rows: SortedRow[] = [];

  constructor(
    private readonly ctx: StageContext,
    private readonly out: Stage,
    private readonly keys: readonly AnyOrderKey[],
  ) {}

  next(row: unknown, time: number): void {
    this.rows.push({ row, time, values: this.keys.map((key) => this.valueOf(key, row)) });
  }

  endBatch(): void {
    const rows = this.rows;
    this.rows = [];
    rows.sort((a, b) => this.compare(a, b));
    for (const { row, time } of rows) this.out.next(row, time);
    this.out.endBatch();
  }

  private valueOf(key: AnyOrderKey, row: unknown): unknown {
    const value = key.value(row);
    refusePromise(value, this.ctx.operatorId);
    return value;
  }

  private compare(a: SortedRow, b: SortedRow): number {
    for (let i = 0; i < this.keys.length; i++) {
      const key = this.keys[i];
      if (key === undefined) continue;
      const order = compareByKey(key, a.values[i], b.values[i]);
      if (order !== 0) return order;
    }
    return 0;
  }
}
