import { isPlainObject } from './canonicalKey.js';

/**
 * The key as a group shows it: as state gives it back. `undefined` is null and −0 is 0, also inside an
 * array or an object; a key that has neither is itself.
 */
export function keptKey(key: unknown): unknown {
  return isKept(key) ? key : rebuilt(key);
}

function isKept(key: unknown): boolean {
  switch (typeof key) {
    case 'undefined':
      return false;
    case 'number':
      return !Object.is(key, -0);
    case 'object':
      if (key === null) return true;
      if (Array.isArray(key)) return isKeptArray(key);
      return !isPlainObject(key) || Object.values(key).every(isKept);
    default:
      return true;
  }
}

/** Not `every`: what an array skips is `undefined`, too. */
function isKeptArray(key: readonly unknown[]): boolean {
  for (let i = 0; i < key.length; i++) if (!isKept(key[i])) return false;
  return true;
}

function rebuilt(key: unknown): unknown {
  if (key === undefined) return null;
  if (key === 0) return 0;
  if (Array.isArray(key)) return Array.from(key, keptKey);
  // A field may be called __proto__.
  const fields = Object.entries(key as object).map(([name, value]) => [name, keptKey(value)]);
  return Object.fromEntries(fields);
}
