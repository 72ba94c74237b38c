import { canonicalKey, canonicalObject } from '../../lib/state/canonicalKey.js';

/** The two halves of the last hash, as unsigned 32-bit numbers: no object per value. */
export const hashed = { high: 0, low: 0 };

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/**
 * Hashes a value to 64 bits, into {@link hashed}. Equal state keys have equal hashes.
 *
 * Persistent: sketches in checkpoints depend on it. Two lanes of 32 bits, mixed as murmur3 does.
 */
export function hash64(value: unknown, aggregate: string): void {
  let high = 0x9747b28c;
  let low = 0x3c6ef372;
  if (typeof value === 'number') {
    double[0] = value === 0 ? 0 : value;
    const a = Number.isNaN(value) ? 0 : (words[0] as number);
    const b = Number.isNaN(value) ? 0x7ff80000 : (words[1] as number);
    high = mix(mix(high, a), b);
    low = mix(mix(low, b), a);
  } else {
    const text = textOf(value, aggregate);
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      high = mix(high, unit);
      low = mix(low, unit ^ 0x5bd1e995);
    }
    low ^= text.length;
  }
  hashed.high = finish(high ^ Math.imul(low, 0x85ebca6b));
  hashed.low = finish(low ^ Math.imul(hashed.high, 0xc2b2ae35));
}

/** Different for values of different types. */
function textOf(value: unknown, aggregate: string): string {
  const isPlain = typeof value === 'bigint' || typeof value === 'boolean';
  if (isPlain) return `\u0000${typeof value}${value}`;
  const isObject = typeof value === 'object' && value !== null;
  return isObject ? canonicalObject(value, aggregate) : String(canonicalKey(value, aggregate));
}

function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const mixed = hash ^ Math.imul(k, 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
