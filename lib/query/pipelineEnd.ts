/**
 * The end of a turn in the plan: every row has passed, also those that asynchronous operators held, or one of
 * these operators has failed. Both may come before anybody waits.
 */
export class PipelineEnd {
  private isReached = true;
  private failure: { readonly error: unknown } | undefined;
  private settle: (() => void) | undefined;

  /** A batch begins. */
  clear(): void {
    this.failure = undefined;
  }

  /** A turn begins. */
  begin(): void {
    this.isReached = false;
    this.settle = undefined;
  }

  get isToCome(): boolean {
    return !this.isReached && this.failure === undefined;
  }

  reached(): void {
    this.isReached = true;
    this.settle?.();
  }

  failed(error: unknown): void {
    this.failure ??= { error };
    this.settle?.();
  }

  /** Answers when the end that is to come has come, well or not. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  throwIfFailed(): void {
    if (this.failure) throw this.failure.error;
  }
}
