/** The name that is `wanted`, or else those that differ from it in case alone, as Spark finds columns. */
export function namesLike(names: readonly string[], wanted: string): readonly string[] {
  if (names.includes(wanted)) return [wanted];
  const lower = wanted.toLowerCase();
  return names.filter((name) => name.toLowerCase() === lower);
}
