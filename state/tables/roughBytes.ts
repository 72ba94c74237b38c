import { isDecimalLike } from '../../lib/state/canonicalKey.js';
import { maxValueDepth } from '../codec/valueTags.js';

/** About so many bytes a stored value takes, or a few more. What is nested too deep is for the codec to refuse. */
export function roughBytes(value: unknown, depth = 0): number {
  if (typeof value === 'number') return 9;
  if (typeof value === 'string') return 3 * value.length + 3;
  if (typeof value === 'bigint') return value.toString(16).length + 3;
  if (typeof value !== 'object' || value === null || depth > maxValueDepth) return 1;
  let sum = 9;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) sum += roughBytes(value[i], depth + 1);
    return sum;
  }
  if (value instanceof Uint8Array) return value.length + 3;
  if (isDecimalLike(value)) return roughBytes(value.unscaled) + 12;
  if (value instanceof Set) {
    for (const item of value) sum += roughBytes(item, depth + 1);
  } else if (value instanceof Map) {
    for (const [key, item] of value)
      sum += roughBytes(key, depth + 1) + roughBytes(item, depth + 1);
  } else {
    for (const name in value) sum += name.length + roughBytes(Reflect.get(value, name), depth + 1);
  }
  return sum;
}
