import { compareDue, type Due } from '../dueOrder.js';

/**
 * The timers that fire in a batch, in order; ones that are registered meanwhile take their place in it
 * unless it has been passed. Those wait for the next batch, so that a batch always ends.
 */
export class Firing {
  private at = 0;

  constructor(private readonly queue: Due[]) {
    queue.sort(compareDue);
  }

  next(): Due | undefined {
    const due = this.queue[this.at];
    this.at += 1;
    return due;
  }

  /** A timer that has been registered while others fire. */
  add(due: Due): void {
    const { queue } = this;
    const current = queue[this.at - 1];
    if (current !== undefined && compareDue(due, current) < 0) return;
    let place = this.at;
    while (place < queue.length && compareDue(queue[place] as Due, due) <= 0) place += 1;
    queue.splice(place, 0, due);
  }
}
