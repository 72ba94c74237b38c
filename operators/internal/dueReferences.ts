import { TimeHeap } from '../../lib/time/timeHeap.js';

/**
 * References to parts of an operator's state by the time at which they are due, in the order in which
 * they came. It keeps no keys, so it is for state that nobody writes: see `StateStore.writesChanges`.
 *
 * Nothing is taken out before its time: whoever takes a reference asks whether it still holds there,
 * and says with `outdated` when one does not any more.
 */
export class DueReferences<R> {
  private slots = new Map<number, R[]>();
  private times = new TimeHeap();
  private lastTime = Number.NaN;
  private lastSlot: R[] = [];
  private length = 0;
  private outdatedLength = 0;

  add(time: number, reference: R): void {
    this.length += 1;
    if (time !== this.lastTime) this.moveTo(time);
    this.lastSlot.push(reference);
  }

  /** One more reference holds no longer where it is. When most do not, those are dropped. */
  outdated(holds: (reference: R, time: number) => boolean): void {
    this.outdatedLength += 1;
    if (this.outdatedLength < 1000 || 2 * this.outdatedLength < this.length) return;
    const { slots } = this;
    this.clear();
    for (const [time, references] of slots) {
      for (const each of references) if (holds(each, time)) this.add(time, each);
    }
  }

  /** Takes out what is due at a time <= upTo, a time after the other. */
  *take(upTo: number): Iterable<{ readonly time: number; readonly references: R[] }> {
    for (let time = this.times.first(); time !== undefined && time <= upTo; ) {
      this.times.pop();
      const slot = this.slots.get(time) as R[];
      this.slots.delete(time);
      this.length -= slot.length;
      if (time === this.lastTime) this.lastTime = Number.NaN;
      yield { time, references: slot };
      time = this.times.first();
    }
    if (this.length === 0) this.outdatedLength = 0;
  }

  private moveTo(time: number): void {
    let slot = this.slots.get(time);
    if (slot === undefined) {
      slot = [];
      this.slots.set(time, slot);
      this.times.push(time);
    }
    this.lastTime = time;
    this.lastSlot = slot;
  }

  private clear(): void {
    this.slots = new Map();
    this.times = new TimeHeap();
    this.lastTime = Number.NaN;
    this.length = 0;
    this.outdatedLength = 0;
  }
}
