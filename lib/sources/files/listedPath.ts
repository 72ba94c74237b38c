import { relative, sep } from 'node:path';
import { anyDepth, type Glob, type GlobSegment, matchesSegment } from './glob.js';
import { isPartitionDirectory } from './partitionPath.js';

/** `_col=1` is a partition, not a hidden directory. */
export function isHidden(name: string): boolean {
  if (name.startsWith('_')) return !name.includes('=');
  return name.startsWith('.') || name.endsWith('._COPYING_');
}

/** Whether a listing of the glob comes to a file of this path, if there is one. */
export function isListed(glob: Glob, path: string, recursive: boolean): boolean {
  const names = relative(glob.root, path).split(sep);
  return names[0] !== '..' && isBelow(glob.segments, names, recursive);
}

function isBelow(
  segments: readonly GlobSegment[],
  names: readonly string[],
  recursive: boolean,
): boolean {
  const [segment, ...others] = segments;
  if (segment === undefined) return isWalked(names, recursive);
  if (segment === anyDepth && isBelow(others, names, recursive)) return true;
  const [name = '', ...below] = names;
  if (isHidden(name) || !matchesSegment(segment, name)) return false;
  if (below.length === 0) return others.length === 0;
  return isBelow(segment === anyDepth ? segments : others, below, recursive);
}

function isWalked(names: readonly string[], recursive: boolean): boolean {
  if (names.some(isHidden)) return false;
  return recursive || names.slice(0, -1).every(isPartitionDirectory);
}
