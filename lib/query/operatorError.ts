import { isPromise, type MaybePromise } from '../maybe.js';
import { ownClass } from '../ownClass.js';
import type { Stage } from '../plan/planNode.js';
import { reasonOf } from '../thrown.js';

/** Remembers in which operator an error came up, until the engine wraps it for the user. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  constructor(
    readonly operatorId: string,
    override readonly cause: unknown,
  ) {
    super(reasonOf(cause), { cause });
  }
}

/** Thrown inside a batch that `stop()` gives up; never seen by users. */
export class Stopped extends Error {}

/** Names the operator on its way out; an error that has a name keeps it, and `Stopped` is none. */
export function inOperator(operatorId: string, error: unknown): OperatorError | Stopped {
  if (error instanceof OperatorError || error instanceof Stopped) return error;
  return new OperatorError(operatorId, error);
}

/** The operator's id on what goes wrong in a step that may answer later. */
export function namedStep(
  operatorId: string,
  step: () => MaybePromise<void>,
): () => MaybePromise<void> {
  const fail = (error: unknown): never => {
    throw inOperator(operatorId, error);
  };
  return () => {
    try {
      const answer = step();
      return isPromise(answer) ? answer.then(undefined, fail) : answer;
    } catch (error) {
      return fail(error);
    }
  };
}

/** `inner`, its errors with the operator's id. Not round stages that name them: it costs a call. */
export function namedErrors(inner: Stage, operatorId: string): Stage {
  const Own = ownClass(NamedErrors, [inner.constructor], ownNext, { inOperator });
  return new Own(inner, operatorId);
}

const ownNext = `next(row, time) {
  try {
    this.inner.next(row, time);
  } catch (error) {
    throw inOperator(this.operatorId, error);
  }
}`;

class NamedErrors implements Stage {
  constructor(
    private readonly inner: Stage,
    private readonly operatorId: string,
  ) {}

  next(row: unknown, time: number): void {
    try {
      this.inner.next(row, time);
    } catch (error) {
      throw inOperator(this.operatorId, error);
    }
  }

  endBatch(): void {
    try {
      this.inner.endBatch();
    } catch (error) {
      throw inOperator(this.operatorId, error);
    }
  }
}

/** Rows of a node that two others read: each has a place of its own in V8's feedback, and is inlined. */
export class Tee implements Stage {
  constructor(
    private readonly first: Stage,
    private readonly second: Stage,
  ) {}

  next(row: unknown, time: number): void {
    this.first.next(row, time);
    this.second.next(row, time);
  }

  endBatch(): void {
    this.first.endBatch();
    this.second.endBatch();
  }
}
