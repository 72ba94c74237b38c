import { NumberSlots } from './numberSlots.js';

/**
 * A `Map` for keys that V8 keeps as boxes on the heap: pairs, times, large ids.
 *
 * Invariant: `bySlot[slot]` is undefined for slot 0 and where an entry was deleted. A slot is not used
 * again before `closeGaps`, which never comes while somebody walks.
 */
export class NumberMap<V extends object> extends NumberSlots {
  private bySlot: (V | undefined)[] = [undefined];
  private walks = 0;

  get(key: number): V | undefined {
    return this.bySlot[this.slotOf(key)];
  }

  set(key: number, value: V): void {
    const slot = this.slotOf(key);
    if (slot !== 0) {
      this.bySlot[slot] = value;
      return;
    }
    this.addSlot(key);
    this.bySlot.push(value);
  }

  delete(key: number): boolean {
    const slot = this.slotOf(key);
    if (slot === 0) return false;
    this.removeSlot(slot);
    this.bySlot[slot] = undefined;
    if (this.isSparse && this.walks === 0) this.rebuild(0);
    return true;
  }

  values(): Iterable<V> {
    return this.valuesAnd([].values());
  }

  /**
   * The values, then those of `others`; what comes meanwhile to either is visited, too.
   */
  *valuesAnd(others: Iterator<V>): Iterable<V> {
    this.walks++;
    try {
      let slot = 0;
      for (;;) {
        while (slot < this.used) {
          const value = this.bySlot[++slot];
          if (value !== undefined) yield value;
        }
        const other = others.next();
        if (other.done) return;
        yield other.value;
      }
    } finally {
      this.walks--;
    }
  }

  protected override closeGaps(): void {
    if (this.walks > 0) return;
    super.closeGaps();
    const { bySlot } = this;
    let used = 0;
    for (const value of bySlot) if (value !== undefined) bySlot[++used] = value;
    bySlot.length = used + 1;
  }
}
