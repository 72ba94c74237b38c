import { isDecimalLike, isPlainObject } from '../../lib/state/canonicalKey.js';
import { maxValueBytes, maxValueDepth } from '../codec/valueTags.js';

/**
 * About so many bytes a stored value takes in a page, or a few more. More than any value may have where it is
 * nested too deep for a page: then it may refer to itself, and is not looked at any further.
 */
export function roughBytes(value: unknown, depth = 1): number {
  if (typeof value === 'number') return 9;
  if (typeof value === 'string') return 3 * value.length + 5;
  if (typeof value === 'bigint') return value.toString(16).length + 3;
  if (typeof value !== 'object' || value === null) return 1;
  if (depth > maxValueDepth) return Number.POSITIVE_INFINITY;
  let sum = 9;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && sum <= maxValueBytes; i++) {
      sum += roughBytes(value[i], depth + 1);
    }
    return sum;
  }
  if (isPlainObject(value)) {
    // A field of the very object that `for in` walks is read by its place, without a lookup by name.
    const record = value as Readonly<Record<string, unknown>>;
    for (const name in record) {
      sum += name.length + roughBytes(record[name], depth + 1);
      if (sum > maxValueBytes) break;
    }
    return sum;
  }
  if (value instanceof Uint8Array) return value.length + 5;
  if (isDecimalLike(value)) return roughBytes(value.unscaled) + 12;
  if (value instanceof Set) {
    for (const item of value) {
      sum += roughBytes(item, depth + 1);
      if (sum > maxValueBytes) break;
    }
  } else if (value instanceof Map) {
    for (const [key, item] of value) {
      sum += roughBytes(key, depth + 1) + roughBytes(item, depth + 1);
      if (sum > maxValueBytes) break;
    }
  }
  return sum;
}
