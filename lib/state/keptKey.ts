import { isPlainObject } from './canonicalKey.js';

/**
 * The key as a group shows it: as state gives it back. `undefined` is null, −0 is 0 and a Buffer a
 * Uint8Array, also inside an array or an object; a key that has none of these is itself.
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
      if (isPlainObject(key)) return Object.values(key).every(isKept);
      return !isOtherBytes(key);
    default:
      return true;
  }
}

/** Not `every`: what an array skips is `undefined`, too. */
function isKeptArray(key: readonly unknown[]): boolean {
  for (let i = 0; i < key.length; i++) if (!isKept(key[i])) return false;
  return true;
}

/** Bytes of a class of their own, which would show their text and their JSON in another way. */
function isOtherBytes(key: unknown): key is Uint8Array {
  return key instanceof Uint8Array && Object.getPrototypeOf(key) !== Uint8Array.prototype;
}

function rebuilt(key: unknown): unknown {
  if (key === undefined) return null;
  if (key === 0) return 0;
  if (Array.isArray(key)) return Array.from(key, keptKey);
  if (isOtherBytes(key)) return Uint8Array.from(key);
  // A field may be called __proto__.
  const fields = Object.entries(key as object).map(([name, value]) => [name, keptKey(value)]);
  return Object.fromEntries(fields);
}
