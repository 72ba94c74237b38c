import type { Stage } from '../../../lib/plan/planNode.js';
import { isLeftOnly } from './joinType.js';
import type { StreamJoinSpec } from './streamJoinSpec.js';

/** Makes output rows and gives them their event time. */
export class PairOutput {
  private readonly select: ((left: unknown, right: unknown) => unknown) | undefined;
  private readonly leftOnly: boolean;
  private readonly takesLeft: boolean;
  private readonly strict: boolean;

  constructor(
    spec: StreamJoinSpec,
    private readonly out: Stage,
  ) {
    this.select = spec.select;
    this.leftOnly = isLeftOnly(spec.type);
    this.takesLeft = spec.outputTime.side === 'left';
    this.strict = spec.outputTime.strict;
  }

  /** `time`: that of the side whose time a pair has. */
  pair(left: unknown, right: unknown, time: number): void {
    this.out.next(this.select ? this.select(left, right) : { left, right }, time);
  }

  /** A left row that matches nothing, or the answer of a left-only join. */
  left(left: unknown, leftMs: number): void {
    const time = this.takesLeft || !this.strict ? leftMs : Number.NaN;
    if (this.select) this.out.next(this.select(left, null), time);
    else this.out.next(this.leftOnly ? left : { left, right: null }, time);
  }

  right(right: unknown, rightMs: number): void {
    const time = !this.takesLeft || !this.strict ? rightMs : Number.NaN;
    this.out.next(this.select ? this.select(null, right) : { left: null, right }, time);
  }

  endBatch(): void {
    this.out.endBatch();
  }
}
