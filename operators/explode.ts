import type { Observable, OperatorFunction } from 'rxjs';
import type { PlanNode, Stage, StageContext } from '../lib/plan/planNode.js';
import { DataStream, planOf } from '../lib/stream/dataStream.js';
import { refusePromise, requireFunction } from './internal/rowFunction.js';

/**
 * Gives one row per element of a list.
 *
 * In:     rows of `T`. A list has an end: it is read to it, whatever `take` below it says.
 * Out:    `as(row, element, index)` for each element, or the element itself, in order, with the event
 *         time of the row; nothing for an empty list or null.
 * Errors: what a function throws is a failed row, and so are a Promise (`ROW_FUNCTION_ASYNC`) and what is
 *         no list, such as a text: none of its elements passes. TypeError for an async function.
 * @example
 * orders.pipe(explode((o) => o.lines, (o, line) => ({ order: o.id, ...line })));
 * @since 0.1.0
 */
export function explode<T, E>(
  elements: (row: T) => Iterable<E> | null | undefined,
): OperatorFunction<T, E>;
export function explode<T, E, R>(
  elements: (row: T) => Iterable<E> | null | undefined,
  as: (row: T, element: E, index: number) => R,
): OperatorFunction<T, R>;
export function explode<T, E, R>(
  elements: (row: T) => Iterable<E> | null | undefined,
  as?: (row: T, element: E, index: number) => R,
): OperatorFunction<T, E | R> {
  requireFunction('explode', elements);
  if (as !== undefined) requireFunction('explode', as);
  return (source: Observable<T>) => {
    const node: PlanNode = {
      kind: 'explode',
      inputs: [planOf(source)],
      traits: { namesErrors: true },
      stage: (ctx, out) => new ExplodeStage<T, E, R>(ctx, out, elements, as),
    };
    return new DataStream<E | R>(node);
  };
}

class ExplodeStage<T, E, R> implements Stage {
  constructor(
    private readonly ctx: StageContext,
    private readonly out: Stage,
    private readonly elements: (row: T) => Iterable<E> | null | undefined,
    private readonly as: ((row: T, element: E, index: number) => R) | undefined,
  ) {}

  next(row: unknown, time: number): void {
    let made: readonly unknown[];
    try {
      made = this.rowsOf(row as T);
    } catch (error) {
      return this.ctx.failed(row, time, error);
    }
    for (const each of made) this.out.next(each, time);
  }

  endBatch(): void {
    this.out.endBatch();
  }

  private rowsOf(row: T): readonly unknown[] {
    const elements: unknown = this.elements(row);
    if (elements === null || elements === undefined) return [];
    const { as } = this;
    const { operatorId } = this.ctx;
    const list = listOf<E>(elements, operatorId);
    if (!as) return [...list];
    return Array.from(list, (element, i) => {
      const made = as(row, element, i);
      refusePromise(made, operatorId);
      return made;
    });
  }
}

function listOf<E>(elements: unknown, operator: string): Iterable<E> {
  refusePromise(elements, operator);
  const isText = typeof elements === 'string';
  if (!isText && typeof Object(elements)[Symbol.iterator] === 'function') {
    return elements as Iterable<E>;
  }
  const form = isText ? '[text], or [...text] for its characters' : '[value]';
  throw new TypeError(
    `${operator} takes a function that gives a list of each row, or null, but it gave ${cut(elements)}: give an array, a Set or another iterable, such as ${form}`,
  );
}

function cut(value: unknown): string {
  if (typeof value === 'string') return 'a text';
  return typeof value === 'object' ? 'an object that is none' : String(value).slice(0, 60);
}
