import { resolve, sep } from 'node:path';
import { classEnd, matchesWildcard, parseWildcard, type WildcardToken } from './wildcard.js';

/** Any number of directories, also none. */
export const anyDepth = '**';

export type GlobSegment = typeof anyDepth | readonly WildcardToken[];

/** A path with wildcards, split at its first one. */
export interface Glob {
  /** The directory above the first wildcard, absolute. */
  readonly root: string;
  /** Absolute, with its wildcards: what must not change between two runs. */
  readonly pattern: string;
  /** Below the root; empty: the path has no wildcard. */
  readonly segments: readonly GlobSegment[];
}

const maxAlternatives = 1000;

/** Stands where a group was: a name that came out of one is looked for, and may be missing. */
const chosen = '\0';

/**
 * Reads a path with `*`, `?`, `[…]`, `{a,b}` and `**`.
 *
 * Out:    one `Glob` per alternative of the braces; without any wildcard one without segments.
 * Errors: RangeError for more than 1000 alternatives, or if none is a name.
 */
export function parseGlob(path: string): readonly Glob[] {
  if (path.includes(chosen)) throw new RangeError('path has a character NUL, which no file has');
  const globs = expanded(path)
    .filter((each) => !each.split('/').some(isEmptyChoice))
    .map(globOf);
  if (globs.length > 0) return globs;
  throw new RangeError(
    `path ${JSON.stringify(path)} stands for no name: put one into its braces, or a backslash before them`,
  );
}

/** `dir/{,a}` is a name in `dir`, not `dir` itself. */
function isEmptyChoice(segment: string): boolean {
  return segment !== '' && plain(segment) === '';
}

function plain(path: string): string {
  return path.replaceAll(chosen, '');
}

function globOf(path: string): Glob {
  const segments = path.split('/');
  const first = segments.findIndex((segment) => segment.includes(chosen) || hasWildcard(segment));
  if (first < 0) {
    const root = resolve(unescaped(path));
    return { root, pattern: root, segments: [] };
  }
  const above = segments.slice(0, first).map(unescaped);
  const root = above.length === 1 && above[0] === '' ? sep : resolve(above.join('/') || '.');
  const below = segments
    .slice(first)
    .map(plain)
    .filter((segment) => segment !== '' && segment !== '.');
  return {
    root,
    pattern: [root === sep ? '' : root, ...below].join('/'),
    segments: below.map((s) => (s === anyDepth ? anyDepth : parseWildcard(s))),
  };
}

function hasWildcard(segment: string): boolean {
  return parseWildcard(segment).some((token) => token.is !== 'char');
}

function unescaped(segment: string): string {
  return segment.replace(/\\(.)/gsu, '$1');
}

export function matchesSegment(segment: GlobSegment, name: string): boolean {
  return segment === anyDepth || matchesWildcard(segment, name);
}

/**
 * `a{b,c{d,e}}f` → `abf`, `acdf`, `acef`, and `{a}` → `a`, as in Hadoop, with a mark where a group was. Braces
 * without a partner, or in a class, stand for themselves.
 */
function expanded(path: string): readonly string[] {
  const done: string[] = [];
  const open = [path];
  while (open.length > 0) {
    const next = open.shift() ?? '';
    const group = firstGroup(next);
    if (group === undefined) done.push(next);
    else open.unshift(...group);
    if (done.length + open.length > maxAlternatives) {
      throw new RangeError(
        `path ${JSON.stringify(path)} stands for more than ${maxAlternatives} paths: use * or several sources`,
      );
    }
  }
  return done;
}

/** The path with its first group replaced by each alternative; undefined without a group. */
function firstGroup(path: string): readonly string[] | undefined {
  for (let start = 0; start < path.length; start = after(path, start)) {
    if (path[start] !== '{') continue;
    const group = groupAt(path, start);
    if (group === undefined) continue;
    const tail = path.slice(group.end + 1);
    return group.parts.map((part) => path.slice(0, start) + chosen + part + tail);
  }
  return undefined;
}

function groupAt(path: string, start: number): { parts: string[]; end: number } | undefined {
  const parts: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let i = start; i < path.length; i = after(path, i)) {
    const char = path[i];
    if (char === '{') depth++;
    else if (char === ',' && depth === 1) {
      parts.push(path.slice(from, i));
      from = i + 1;
    } else if (char === '}' && --depth === 0) {
      parts.push(path.slice(from, i));
      return { parts, end: i };
    }
  }
  return undefined;
}

/** Where the next character stands, of which braces and commas may be some: not escaped, in no class. */
function after(path: string, at: number): number {
  if (path[at] === '\\') return at + 2;
  if (path[at] !== '[') return at + 1;
  const end = path.indexOf('/', at);
  const chars = [...path.slice(at, end < 0 ? undefined : end)];
  const close = classEnd(chars, 0);
  return close < 0 ? at + 1 : at + chars.slice(0, close + 1).join('').length;
}
