const leastCapacity = 16;
/** So that most chains have one entry. */
const chainsPerSlot = 2;
const noKeys = new Float64Array(1);
const noSlots = new Int32Array(1);

/**
 * Numbers, each with a slot: 1, 2, … in the order in which they came. For numbers that V8 keeps as boxes on the
 * heap a `Map` leaves compiled code to hash them, and opens a box for each key that it compares; here they
 * lie side by side, and a lookup takes less than half of the time (docs/performance.md).
 *
 * The slots of one hash are a chain, which 0 ends. NaN is never found.
 *
 * Invariant: `keys[slot]` is NaN where a number was taken out.
 */
export class NumberSlots {
  size = 0;
  /** The last slot that was given. */
  protected used = 0;
  protected keys = noKeys;
  private capacity = 0;
  private next = noSlots;
  private first = noSlots;

  /** 0: it is not there. */
  slotOf(key: number): number {
    const { keys, next } = this;
    let slot = this.first[this.chainOf(key)] as number;
    while (slot !== 0 && keys[slot] !== key) slot = next[slot] as number;
    return slot;
  }

  /** Gives a slot to a number that has none. */
  addSlot(key: number): void {
    if (this.used === this.capacity) this.rebuild(1);
    this.used++;
    this.size++;
    this.keys[this.used] = key;
    this.link(this.used);
  }

  /** Makes room for so many more. */
  reserve(more: number): void {
    if (this.used + more > this.capacity) this.rebuild(more);
  }

  protected removeSlot(slot: number): void {
    const chain = this.chainOf(this.keys[slot] as number);
    if (this.first[chain] === slot) this.first[chain] = this.next[slot] as number;
    else this.next[this.slotBefore(slot, chain)] = this.next[slot] as number;
    this.keys[slot] = Number.NaN;
    this.size--;
  }

  /** There is room for eight times as many. */
  protected get isSparse(): boolean {
    return this.size < this.capacity / 8 - leastCapacity;
  }

  /** Room for half as many again at least; what was taken out gives its place up. */
  protected rebuild(more: number): void {
    if (this.size < this.used) this.closeGaps();
    const capacity = capacityFor(this.used + more);
    if (capacity === this.capacity) this.first.fill(0);
    else this.resize(capacity);
    for (let slot = 1; slot <= this.used; slot++) {
      if (!Number.isNaN(this.keys[slot])) this.link(slot);
    }
  }

  private resize(capacity: number): void {
    const { keys } = this;
    this.capacity = capacity;
    this.keys = new Float64Array(capacity + 1);
    this.keys.set(keys.subarray(0, this.used + 1));
    this.next = new Int32Array(capacity + 1);
    this.first = new Int32Array(capacity * chainsPerSlot);
  }

  /** Numbers move to the slots before them that were given up. */
  protected closeGaps(): void {
    const { keys } = this;
    let used = 0;
    for (let slot = 1; slot <= this.used; slot++) {
      const key = keys[slot] as number;
      if (!Number.isNaN(key)) keys[++used] = key;
    }
    this.used = used;
  }

  private slotBefore(slot: number, chain: number): number {
    let before = this.first[chain] as number;
    while (this.next[before] !== slot) before = this.next[before] as number;
    return before;
  }

  private link(slot: number): void {
    const chain = this.chainOf(this.keys[slot] as number);
    this.next[slot] = this.first[chain] as number;
    this.first[chain] = slot;
  }

  private chainOf(key: number): number {
    return hashOf(key) & (this.first.length - 1);
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
