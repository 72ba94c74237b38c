import { isDecimalLike } from '../../lib/state/canonicalKey.js';

/** About so many bytes a stored value takes, or a few more. */
export function roughBytes(value: unknown): number {
  if (typeof value === 'number') return 9;
  if (typeof value === 'string') return 3 * value.length + 3;
  if (typeof value === 'bigint') return value.toString(16).length + 3;
  if (typeof value !== 'object' || value === null) return 1;
  if (value instanceof Uint8Array) return value.length + 3;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + roughBytes(item), 3);
  if (value instanceof Map) return roughBytes([...value].flat());
  if (value instanceof Set) return roughBytes([...value]);
  if (isDecimalLike(value)) return roughBytes(value.unscaled) + 12;
  let sum = 9;
  for (const name in value) sum += name.length + roughBytes(Reflect.get(value, name));
  return sum;
}
