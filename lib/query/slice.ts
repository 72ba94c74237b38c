/** The longest that a batch keeps the event loop to itself. */
const sliceMs = 10;

/**
 * Lets the event loop breathe: a query with a checkpoint or an asynchronous source gives way after every
 * 10 ms of work. A query over memory runs its batch in one tick, as marble tests need it.
 */
export class Slice {
  private started = performance.now();

  constructor(private readonly enabled: boolean) {}

  /** A promise to wait for if the slice is used up. */
  over(): Promise<void> | undefined {
    if (!this.enabled) return undefined;
    const now = performance.now();
    if (now - this.started < sliceMs) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        this.started = performance.now();
        resolve();
      });
    });
  }
}
