/** The longest that a batch keeps the event loop to itself, and the longest while something is being written. */
const sliceMs = 10;
const sliceWhileWritingMs = 2;

/**
 * Lets the event loop breathe: a query with a checkpoint gives way after every 10 ms of work, and more often
 * while its last commit or its plan is on its way to disk, of which each step needs the loop. A query over
 * memory runs its batch in one tick, as marble tests need it.
 */
export class Slice {
  private started: number;

  /** @param now ms of work; simulations decide by it when a batch gives way. */
  constructor(
    private readonly enabled: boolean,
    private readonly isWriting: () => boolean,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.started = now();
  }

  /** A promise to wait for if the slice is used up. */
  over(): Promise<void> | undefined {
    if (!this.enabled) return undefined;
    const now = this.now();
    if (now - this.started < (this.isWriting() ? sliceWhileWritingMs : sliceMs)) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        this.started = this.now();
        resolve();
      });
    });
  }
}
