/** What Spark and Hive write for a null partition value. */
export const nullPartition = '__HIVE_DEFAULT_PARTITION__';

/**
 * The `key=value` directories between `base` and a file, percent-decoded, outermost first.
 *
 * Out: a Map, because a directory may be called `__proto__=x`; the innermost of two equal keys wins.
 */
export function partitionOf(base: string, path: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  if (!path.startsWith(base)) return values;
  const segments = path.slice(base.length).split('/');
  segments.pop();
  for (const segment of segments) {
    const at = segment.indexOf('=');
    if (at > 0) values.set(decoded(segment.slice(0, at)), decoded(segment.slice(at + 1)));
  }
  return values;
}

/** Whether a directory is descended into without `recursive`. */
export function isPartitionDirectory(name: string): boolean {
  return name.indexOf('=') > 0;
}

/** As `decodeURIComponent`, but what is no escape stays as it is: `100%` is a legal directory name. */
function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
