/** The columns that a key names, in their order; undefined: functions give it, or there is none. */
export function namesOf(key: unknown): readonly string[] | undefined {
  const names = typeof key === 'string' ? [key] : key;
  if (!Array.isArray(names) || names.length === 0) return undefined;
  return names.every((name) => typeof name === 'string') ? [...names] : undefined;
}
