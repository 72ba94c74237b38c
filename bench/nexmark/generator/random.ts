function mix(z: number): number {
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return z ^ (z >>> 16);
}

/** xoroshiro64**, seeded from three 32-bit words: the same numbers on every machine. */
export class Random {
  private a = 1;
  private b = 0;

  seed(x: number, y: number, z: number): void {
    const h = mix(x + 0x9e3779b9);
    const i = mix(h ^ y);
    const j = mix(i + z);
    this.a = j;
    this.b = mix(j + 0x9e3779b9);
    if (this.a === 0 && this.b === 0) this.a = 1;
  }

  bits(): number {
    const { a } = this;
    const b = this.b ^ a;
    const m = Math.imul(a, 0x9e3779bb);
    this.a = ((a << 26) | (a >>> 6)) ^ b ^ (b << 9);
    this.b = (b << 13) | (b >>> 19);
    return Math.imul((m << 5) | (m >>> 27), 5);
  }

  /** Uniform integer in [0, n), n below 2^21. */
  int(n: number): number {
    return Math.floor(((this.bits() >>> 0) * n) / 4294967296);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)] as T;
  }

  /** Length 3 + [0, max - 3); each character is `special` with probability 1/13, else a-z. */
  text(max: number, special: string): string {
    let length = 3 + this.int(max - 3);
    let out = '';
    while (length-- > 0) {
      out += this.int(13) === 0 ? special : String.fromCharCode(97 + this.int(26));
    }
    return out.trim();
  }

  /** Log-uniform 100 .. 100 000 000. */
  price(): number {
    const u = this.bits();
    const [high, middle, low] = powers as [Float64Array, Float64Array, Float64Array];
    const factor =
      (high[u >>> 24] as number) *
      (middle[(u >>> 16) & 255] as number) *
      (low[(u >>> 8) & 255] as number);
    return Math.floor(factor * 100 + 0.5);
  }
}

/** powers[k][byte]: 10^(6 x), x = the k-th byte of a 24-bit fraction. Square roots only: exactly rounded. */
const powers = powersOfTen();

function powersOfTen(): readonly Float64Array[] {
  const root: number[] = [];
  let value = 1e6;
  for (let bit = 0; bit < 24; bit++) {
    value = Math.sqrt(value);
    root.push(value);
  }
  return [0, 1, 2].map((k) =>
    Float64Array.from({ length: 256 }, (_, byte) => {
      let product = 1;
      for (let bit = 0; bit < 8; bit++) {
        if (byte & (128 >> bit)) product *= root[8 * k + bit] as number;
      }
      return product;
    }),
  );
}
