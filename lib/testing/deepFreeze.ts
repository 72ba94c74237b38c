/**
 * Freezes plain objects and arrays all the way down; Dates, Maps, bytes and instances of classes stay as
 * they are.
 */
export function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = prototype === Object.prototype || prototype === null || Array.isArray(value);
  if (!plain) return;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
}
