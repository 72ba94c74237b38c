/** The key as an entry shows it: `undefined` is null, and −0 is 0. */
export function keptKey(key: unknown): unknown {
  if (key === undefined) return null;
  return key === 0 ? 0 : key;
}
