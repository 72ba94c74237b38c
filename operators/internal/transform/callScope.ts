import { StreamingError } from '../../../lib/errors.js';

/** Which key the handlers are called for, and whether one is running at all. */
export class CallScope {
  private current: unknown = null;
  private phase: 'init' | 'handler' | 'idle' = 'init';

  constructor(readonly operator: string) {}

  /** The key of the running call. Errors: `TRANSFORM_OUTSIDE_CALL`. */
  keyFor(called: string): unknown {
    if (this.phase !== 'handler') throw this.outside(called);
    return this.current;
  }

  /** Errors: `TRANSFORM_OUTSIDE_CALL` after init. */
  requireInit(called: string): void {
    if (this.phase !== 'init') throw this.outside(called);
  }

  enter(key: unknown): void {
    this.current = key;
    this.phase = 'handler';
  }

  leave(): void {
    this.current = null;
    this.phase = 'idle';
  }

  private outside(called: string): StreamingError<'TRANSFORM_OUTSIDE_CALL'> {
    const where =
      this.phase === 'init'
        ? 'in init'
        : this.phase === 'handler'
          ? 'in a handler'
          : 'between calls';
    return new StreamingError('TRANSFORM_OUTSIDE_CALL', { operator: this.operator, called, where });
  }
}
