import { decodePathPart, nullPartition } from '../../sinks/file/partitionPath.js';

/**
 * The `key=value` directories between `base` and a file, outermost first: the keys percent-decoded, the
 * values as they are written; null for what Spark and Hive write for it, but not for a text of that name,
 * which is escaped.
 *
 * Out: a Map, because a directory may be called `__proto__=x`; the innermost of two equal keys wins.
 */
export function partitionOf(base: string, path: string): ReadonlyMap<string, string | null> {
  const values = new Map<string, string | null>();
  if (!path.startsWith(base)) return values;
  const segments = path.slice(base.length).split('/');
  segments.pop();
  for (const segment of segments) {
    const at = segment.indexOf('=');
    if (at <= 0) continue;
    const value = segment.slice(at + 1);
    values.set(decodePathPart(segment.slice(0, at)), value === nullPartition ? null : value);
  }
  return values;
}

/** Whether a directory is descended into without `recursive`. */
export function isPartitionDirectory(name: string): boolean {
  return name.indexOf('=') > 0;
}
