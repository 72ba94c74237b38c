const leastCapacity = 16;
/** So that most chains have one entry. */
const chainsPerSlot = 2;
const noKeys = new Float64Array(1);
const noSlots = new Int32Array(1);

/**
 * A `Map` for keys that V8 keeps as boxes on the heap: pairs, times, large ids. The built-in `Map` leaves
 * compiled code to hash such a number, and opens a box for each key that it compares; here the keys lie
 * side by side, and a lookup takes less than half of the time (docs/performance.md).
 *
 * An entry has a slot, in the order in which they came; the slots of one hash are a chain, which 0 ends.
 *
 * Invariant: `bySlot[slot]` is undefined for slot 0 and where an entry was deleted. A slot is not used
 * again before `rebuild`, which never comes while somebody walks.
 */
export class NumberMap<V extends object> {
  size = 0;
  private used = 0;
  private capacity = 0;
  private bySlot: (V | undefined)[] = [undefined];
  private keys = noKeys;
  private next = noSlots;
  private first = noSlots;
  private walks = 0;

  get(key: number): V | undefined {
    return this.bySlot[this.slotOf(key)];
  }

  set(key: number, value: V): void {
    const slot = this.slotOf(key);
    if (slot !== 0) this.bySlot[slot] = value;
    else this.add(key, value);
  }

  delete(key: number): boolean {
    const slot = this.slotOf(key);
    if (slot === 0) return false;
    const chain = this.chainOf(key);
    if (this.first[chain] === slot) this.first[chain] = this.next[slot] as number;
    else this.next[this.slotBefore(slot, chain)] = this.next[slot] as number;
    this.bySlot[slot] = undefined;
    this.size--;
    if (this.size < this.capacity / 8 - leastCapacity && this.walks === 0) this.rebuild();
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

  /** 0: it is not there. */
  private slotOf(key: number): number {
    const { keys, next } = this;
    let slot = this.first[this.chainOf(key)] as number;
    while (slot !== 0 && keys[slot] !== key) slot = next[slot] as number;
    return slot;
  }

  private slotBefore(slot: number, chain: number): number {
    let before = this.first[chain] as number;
    while (this.next[before] !== slot) before = this.next[before] as number;
    return before;
  }

  private chainOf(key: number): number {
    return hashOf(key) & (this.first.length - 1);
  }

  private add(key: number, value: V): void {
    if (this.used === this.capacity) this.rebuild();
    this.used++;
    this.size++;
    this.bySlot.push(value);
    this.keys[this.used] = key;
    this.link(this.used);
  }

  private link(slot: number): void {
    const chain = this.chainOf(this.keys[slot] as number);
    this.next[slot] = this.first[chain] as number;
    this.first[chain] = slot;
  }

  /** Room for half as many again at least; what was deleted gives its place up, unless somebody walks. */
  private rebuild(): void {
    if (this.size < this.used && this.walks === 0) this.closeGaps();
    const { keys } = this;
    this.capacity = capacityFor(this.used);
    this.keys = new Float64Array(this.capacity + 1);
    this.keys.set(keys.subarray(0, this.used + 1));
    this.next = new Int32Array(this.capacity + 1);
    this.first = new Int32Array(this.capacity * chainsPerSlot);
    for (let slot = 1; slot <= this.used; slot++) {
      if (this.bySlot[slot] !== undefined) this.link(slot);
    }
  }

  private closeGaps(): void {
    const { keys, bySlot } = this;
    let used = 0;
    for (let slot = 1; slot <= this.used; slot++) {
      if (bySlot[slot] === undefined) continue;
      used++;
      bySlot[used] = bySlot[slot];
      keys[used] = keys[slot] as number;
    }
    bySlot.length = used + 1;
    this.used = used;
  }
}

function capacityFor(entries: number): number {
  let capacity = leastCapacity;
  while (capacity < entries * 1.5) capacity *= 2;
  return capacity;
}

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);

/** Of all bits: pairs differ in the low ones, fractions in the high ones. */
function hashOf(key: number): number {
  double[0] = key + 0; // −0 is 0
  let hash = Math.imul(halves[0] as number, 0x9e3779b1) ^ (halves[1] as number);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 15);
}
