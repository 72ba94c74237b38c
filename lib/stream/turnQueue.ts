/** Turns in order of arrival; taking one costs the same however many wait. */
export class TurnQueue {
  private turns: (() => void)[] = [];
  private taken = 0;

  get isEmpty(): boolean {
    return this.turns.length === 0;
  }

  push(turn: () => void): void {
    this.turns.push(turn);
  }

  take(): (() => void) | undefined {
    const turn = this.turns[this.taken];
    if (turn === undefined) return undefined;
    this.taken += 1;
    if (this.taken === this.turns.length) this.clear();
    return turn;
  }

  clear(): void {
    this.turns = [];
    this.taken = 0;
  }
}
