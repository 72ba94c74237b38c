import { setField } from '../schema/rowShape.js';
import { isDecimalLike, isPlainObject } from '../state/canonicalKey.js';

/**
 * A deep copy of a value of state. Not `structuredClone`: that makes plain objects of decimals, which need
 * no copy, being immutable.
 */
export function copyValue(value: unknown): unknown {
  return copyOf(value, new Map());
}

/** `copies`: an object that is there twice, or holds itself, is so in the copy. */
function copyOf(value: unknown, copies: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null || isDecimalLike(value)) return value;
  if (copies.has(value)) return copies.get(value);
  const keep = <T extends object>(copy: T): T => {
    copies.set(value, copy);
    return copy;
  };
  const inner = (of: unknown) => copyOf(of, copies);
  if (Array.isArray(value)) {
    const copy = keep<unknown[]>([]);
    for (const item of value) copy.push(inner(item));
    return copy;
  }
  if (value instanceof Map) {
    const copy = keep(new Map());
    for (const [key, item] of value) copy.set(inner(key), inner(item));
    return copy;
  }
  if (value instanceof Set) {
    const copy = keep(new Set());
    for (const item of value) copy.add(inner(item));
    return copy;
  }
  if (!isPlainObject(value)) return keep(structuredClone(value));
  const copy = keep<object>(Object.create(Object.getPrototypeOf(value)));
  for (const [name, field] of Object.entries(value)) setField(copy, name, inner(field));
  return copy;
}
