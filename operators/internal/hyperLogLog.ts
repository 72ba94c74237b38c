import { hash64, hashed } from './hash64.js';

/**
 * A HyperLogLog sketch with 64-bit hashes: 2^precision registers, each the longest run of zeros seen.
 *
 * Few values are kept as a short list of (register, run) pairs, so that small groups stay small. The
 * estimate is Ertl's improved one ("New cardinality estimation algorithms for HyperLogLog sketches",
 * 2017): unbiased from 0 on without the tables of HLL++, and of the same relative error.
 */
export class HyperLogLog {
  /** Pairs `register · 64 + run`, or, once there are many, one byte per register. */
  private sparse: number[] | undefined = [];
  private registers: Uint8Array | undefined;

  constructor(private readonly precision: number) {}

  add(value: unknown, aggregate: string): void {
    hash64(value, aggregate);
    const register = hashed.high >>> (32 - this.precision);
    const rest = (hashed.high << this.precision) >>> 0;
    const zeros = rest === 0 ? 32 - this.precision + Math.clz32(hashed.low) : Math.clz32(rest);
    this.raise(register, zeros + 1);
  }

  merge(later: HyperLogLog): void {
    if (later.sparse) for (const pair of later.sparse) this.raise(pair >> 6, pair & 63);
    else
      later.registers?.forEach((run, register) => {
        if (run > 0) this.raise(register, run);
      });
  }

  /** Number of different values, rounded. */
  estimate(): number {
    const m = 2 ** this.precision;
    const longest = 64 - this.precision;
    const counts = this.runCounts(m, longest + 2);
    let z = m * tau(1 - (counts[longest + 1] as number) / m);
    for (let run = longest; run >= 1; run--) z = 0.5 * (z + (counts[run] as number));
    z += m * sigma((counts[0] as number) / m);
    return Math.round(((0.5 / Math.LN2) * m * m) / z);
  }

  toStored(): unknown {
    return this.sparse ?? this.registers;
  }

  static fromStored(stored: unknown, precision: number): HyperLogLog {
    const sketch = new HyperLogLog(precision);
    if (stored instanceof Uint8Array) {
      sketch.sparse = undefined;
      sketch.registers = Uint8Array.from(stored);
    } else {
      sketch.sparse = [...(stored as readonly number[])];
    }
    return sketch;
  }

  private raise(register: number, run: number): void {
    if (this.registers) {
      if ((this.registers[register] as number) < run) this.registers[register] = run;
      return;
    }
    const sparse = this.sparse as number[];
    for (let i = 0; i < sparse.length; i++) {
      const pair = sparse[i] as number;
      if (pair >> 6 !== register) continue;
      if ((pair & 63) < run) sparse[i] = register * 64 + run;
      return;
    }
    sparse.push(register * 64 + run);
    if (sparse.length > 32) this.spread(sparse);
  }

  private spread(sparse: readonly number[]): void {
    const registers = new Uint8Array(2 ** this.precision);
    for (const pair of sparse) registers[pair >> 6] = pair & 63;
    this.registers = registers;
    this.sparse = undefined;
  }

  private runCounts(m: number, size: number): number[] {
    const counts = new Array<number>(size).fill(0);
    const count = (run: number): void => {
      counts[run] = (counts[run] as number) + 1;
    };
    if (this.registers) this.registers.forEach(count);
    else for (const pair of this.sparse ?? []) count(pair & 63);
    if (this.sparse) counts[0] = m - this.sparse.length;
    return counts;
  }
}

/** Registers for a relative standard error: as Spark, `⌈2 · log2(1.106 / error)⌉` bits, 4 to 18. */
export function precisionFor(relativeError: number): number {
  return Math.min(18, Math.max(4, Math.ceil(2 * Math.log2(1.106 / relativeError))));
}

function sigma(x: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY;
  let z = x;
  let y = 1;
  for (let power = x, before = -1; z !== before; y += y) {
    power *= power;
    before = z;
    z += power * y;
  }
  return z;
}

function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let z = 1 - x;
  let y = 1;
  for (let root = x, before = -1; z !== before; ) {
    root = Math.sqrt(root);
    before = z;
    y *= 0.5;
    z -= (1 - root) ** 2 * y;
  }
  return z / 3;
}
