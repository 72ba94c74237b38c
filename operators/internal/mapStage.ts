import { ownClass } from '../../lib/ownClass.js';
import { type BatchInfo, batchInfo } from '../../lib/plan/batchInfo.js';
import type { Stage, StageContext } from '../../lib/plan/planNode.js';
import { refusePromise } from './rowFunction.js';

type Project = (row: unknown, batch: BatchInfo) => unknown;

/** One row in, one row out, with the same event time. */
export function mapStage(ctx: StageContext, out: Stage, project: Project): Stage {
  return new (ownClass(MapStage, [project], ownNext))(ctx, out, project);
}

// `then` is looked for here and not in refusePromise: of rows of one shape that costs nothing.
const ownNext = `next(row, time) {
  let made;
  try {
    made = this.project(row, this.info);
    if (typeof made?.then === 'function') this.refuse(made);
  } catch (error) {
    return this.failed(row, time, error);
  }
  this.out.next(made, time);
}`;

class MapStage implements Stage {
  private readonly info: BatchInfo;

  constructor(
    private readonly ctx: StageContext,
    private readonly out: Stage,
    private readonly project: Project,
  ) {
    this.info = batchInfo(ctx);
  }

  next(row: unknown, time: number): void {
    let made: unknown;
    try {
      made = this.project(row, this.info);
      this.refuse(made);
    } catch (error) {
      return this.failed(row, time, error);
    }
    this.out.next(made, time);
  }

  endBatch(): void {
    this.out.endBatch();
  }

  protected refuse(made: unknown): void {
    refusePromise(made, this.ctx.operatorId);
  }

  protected failed(row: unknown, time: number, error: unknown): void {
    this.ctx.failed(row, time, error);
  }
}
