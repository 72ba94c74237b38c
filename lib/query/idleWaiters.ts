/** Those who wait until a trigger finds nothing to do. */
export class IdleWaiters {
  private waiting: (() => void)[] = [];
  private answerable = 0;

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }

  /** A trigger begins: it sees all rows that those who wait by now mean. */
  triggered(): void {
    this.answerable = this.waiting.length;
  }

  /** That trigger has found nothing to do. */
  answer(): void {
    for (const resolve of this.waiting.splice(0, this.answerable)) resolve();
  }

  /** There will be no other trigger. */
  end(): void {
    this.answerable = this.waiting.length;
    this.answer();
  }
}
