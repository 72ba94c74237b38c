import { isPlainObject } from './canonicalKey.js';

/**
 * The key as an entry shows it: `undefined` is null and −0 is 0, in arrays and objects as well. So it is
 * when it comes back from the disk.
 */
export function keptKey(key: unknown): unknown {
  if (key === undefined) return null;
  if (typeof key !== 'object' || key === null) return key === 0 ? 0 : key;
  if (Array.isArray(key)) return key.every(isKept) ? key : Array.from(key, keptKey);
  if (!isPlainObject(key) || Object.values(key).every(isKept)) return key;
  return Object.fromEntries(Object.entries(key).map(([name, part]) => [name, keptKey(part)]));
}

function isKept(part: unknown): boolean {
  return Object.is(keptKey(part), part);
}
