import type { AnyAggregate, Fold } from './fold.js';
import { addOf } from './foldCode.js';

/** One `count()` alone: the state is a number, on disk too. */
export class CountFold implements Fold<number> {
  readonly names: readonly string[];
  readonly anyOrder = true;
  readonly exactMerge = true;
  readonly add = plusOne;

  constructor(
    readonly name: string,
    readonly aggregates: readonly AnyAggregate[],
  ) {
    this.names = [name];
  }

  zero(): number {
    return 0;
  }

  merge(value: number, later: number): number {
    return value + later;
  }

  resultOf(_i: number, value: number): number {
    return value;
  }

  resultSource(): string {
    return 'v';
  }

  toStored(value: number): unknown {
    return value;
  }

  /** Before a restart it may have been a `count` of some rows, whose state is an array. */
  fromStored(stored: unknown): number {
    return (Array.isArray(stored) ? stored[0] : stored) as number;
  }
}

function plusOne(value: number): number {
  return value + 1;
}

/** One aggregate: the state is its accumulator, on disk an array of it. */
export class OneFold implements Fold<unknown> {
  readonly names: readonly string[];
  readonly aggregates: readonly AnyAggregate[];
  readonly anyOrder: boolean;
  readonly exactMerge: boolean;
  readonly add: (value: unknown, row: unknown) => unknown;

  constructor(
    name: string,
    private readonly aggregate: AnyAggregate,
  ) {
    this.names = [name];
    this.aggregates = [aggregate];
    this.anyOrder = aggregate.anyOrder === true;
    this.exactMerge = aggregate.exactMerge === true;
    this.add = addOf(this.aggregates, 'one') as OneFold['add'];
  }

  zero(): unknown {
    return this.aggregate.zero();
  }

  merge(value: unknown, later: unknown): unknown {
    return this.aggregate.merge(value, later);
  }

  resultOf(_i: number, value: unknown): unknown {
    return this.aggregate.result(value);
  }

  resultSource(): string {
    return 'a0.result(v)';
  }

  toStored(value: unknown): unknown {
    const { aggregate } = this;
    return [aggregate.toStored ? aggregate.toStored(value) : value];
  }

  /** Before a restart it may have been the `count` of all rows, whose state is no array. */
  fromStored(stored: unknown): unknown {
    const { aggregate } = this;
    const [part] = Array.isArray(stored) ? (stored as readonly unknown[]) : [stored];
    return aggregate.fromStored ? aggregate.fromStored(part) : part;
  }
}
