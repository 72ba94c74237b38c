/*
 * A key is one bit pattern in one block of 512 bits, so that a question costs one cache line. Ten bits a
 * key: about one in seventy keys that are not there is looked up in vain.
 */
const bitsPerKey = 10;
const wordsPerBlock = 16;
/** Most tables are small, and many queries have many of them. */
const firstCapacity = 1 << 10;
const secondCapacity = 1 << 16;
const growth = 4;

/** Filters are kept over a stop: whoever changes where their bits lie gives them another number. */
export const filterForm = 1;

/** The keys that were added, counted, and the words of the layers that they have filled. */
export interface FilterContent {
  readonly keys: number;
  readonly layers: readonly Uint32Array[];
}

/**
 * Which keys a table may have on disk: a key that is new costs no read. What it does not know for sure
 * it answers with "may be".
 *
 * Invariant: while `isComplete`, every key on disk has been added. Keys that were removed stay until the
 * filter is renewed: a second one grows beside it, and takes its place when it has all keys of the disk.
 */
export class KeyFilter {
  /** Every key on disk has been added. */
  isComplete = false;
  private layers: Layer[] = [];
  private count = 0;
  private next: KeyFilter | undefined;

  /** @param atMost keys, then the filter gives up: it would take more memory than it is worth. */
  constructor(private readonly atMost: number) {}

  /** What is on disk has been added; nothing, where nothing is. */
  completed(): this {
    this.isComplete = this.count <= this.atMost;
    return this;
  }

  /** How many have been added, whether or not they are still there. */
  get keys(): number {
    return this.count;
  }

  /** `hash`: 32 bits of the key's bytes. */
  add(hash: number): void {
    this.next?.add(hash);
    if (++this.count > this.atMost) return this.giveUp();
    let layer = this.layers.at(-1);
    if (layer === undefined || layer.isFull) {
      layer = new Layer(capacityBehind(layer));
      this.layers.push(layer);
    }
    layer.add(hash);
  }

  mayHave(hash: number): boolean {
    if (!this.isComplete) return true;
    for (let i = this.layers.length - 1; i >= 0; i--) {
      if ((this.layers[i] as Layer).mayHave(hash)) return true;
    }
    return false;
  }

  /** Keys that have gone make it give up soon, or have, though the `present` ones fit twice into a new one. */
  isSpent(present: number): boolean {
    return this.count > 0.75 * this.atMost && present <= this.atMost / 2;
  }

  /** From here on keys go into a second filter too, to which those on disk are to be added. */
  startRenewal(): KeyFilter {
    this.next = new KeyFilter(this.atMost);
    return this.next;
  }

  /** `isComplete`: the second filter has every key on disk, and takes the place of this one. */
  endRenewal(isComplete: boolean): void {
    const { next } = this;
    this.next = undefined;
    if (next === undefined || !isComplete) return;
    this.layers = next.layers;
    this.count = next.count;
    this.completed();
  }

  /** What makes the same filter again. */
  get content(): FilterContent {
    return { keys: this.count, layers: this.layers.map((layer) => layer.words) };
  }

  /** A filter that was complete; undefined: this is none. */
  static of({ keys, layers }: FilterContent, atMost: number): KeyFilter | undefined {
    const filter = new KeyFilter(atMost);
    let left = keys;
    for (const words of layers) {
      const capacity = capacityBehind(filter.layers.at(-1));
      const layer = new Layer(capacity, Math.min(left, capacity), words);
      if (!layer.isWhole) return undefined;
      filter.layers.push(layer);
      left -= Math.min(left, capacity);
    }
    filter.count = keys;
    return left === 0 ? filter.completed() : undefined;
  }

  private giveUp(): void {
    this.isComplete = false;
    this.layers = [];
  }
}

function capacityBehind(layer: Layer | undefined): number {
  if (layer === undefined) return firstCapacity;
  return Math.max(secondCapacity, layer.capacity * growth);
}

class Layer {
  readonly words: Uint32Array;
  private readonly blocks: number;

  constructor(
    readonly capacity: number,
    private count = 0,
    words?: Uint32Array,
  ) {
    this.blocks = Math.ceil((capacity * bitsPerKey) / (wordsPerBlock * 32));
    this.words = words ?? new Uint32Array(this.blocks * wordsPerBlock);
  }

  get isWhole(): boolean {
    return this.words.length === this.blocks * wordsPerBlock;
  }

  get isFull(): boolean {
    return this.count >= this.capacity;
  }

  add(hash: number): void {
    this.count++;
    const { words } = this;
    const from = this.blockOf(hash);
    for (let bits = spread(hash), i = 0; i < 6; i++, bits = following(bits)) {
      const at = from + ((bits >>> 5) & 15);
      words[at] = (words[at] as number) | (1 << (bits & 31));
    }
  }

  mayHave(hash: number): boolean {
    const { words } = this;
    const from = this.blockOf(hash);
    for (let bits = spread(hash), i = 0; i < 6; i++, bits = following(bits)) {
      if (((words[from + ((bits >>> 5) & 15)] as number) & (1 << (bits & 31))) === 0) return false;
    }
    return true;
  }

  private blockOf(hash: number): number {
    return ((Math.imul(hash, 0x9e3779b1) >>> 0) % this.blocks) * wordsPerBlock;
  }
}

function spread(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}

function following(bits: number): number {
  return Math.imul(bits ^ (bits >>> 11), 0xc2b2ae35);
}
