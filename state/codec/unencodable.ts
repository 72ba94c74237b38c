import { isDecimalLike, isPlainObject, typeNameOf } from '../../lib/state/canonicalKey.js';
import { maxValueBytes, maxValueDepth } from './valueTags.js';

/** What in a value cannot be kept, and where. */
export interface Unencodable {
  /** `value.user.tags[3]`. */
  readonly path: string;
  /** `function`, `RegExp`, … */
  readonly found: string;
}

/** Looks again, slowly, at a value that `writeValue` has refused. */
export function unencodableIn(value: unknown): Unencodable {
  return (
    search(value, 'value', 0) ?? {
      path: 'value',
      found: `value of more than ${maxValueBytes} bytes`,
    }
  );
}

/** Whether a value is of types that can be kept, however much room it takes. */
export function isEncodable(value: unknown): boolean {
  return search(value, '', 0) === undefined;
}

function search(value: unknown, path: string, depth: number): Unencodable | undefined {
  if (typeof value === 'function' || typeof value === 'symbol')
    return { path, found: typeof value };
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > maxValueDepth) {
    return { path: shortened(path), found: `cycle, or nested deeper than ${maxValueDepth} levels` };
  }
  for (const [at, child] of childrenOf(value) ?? []) {
    const found = search(child, path + at, depth + 1);
    if (found !== undefined) return found;
  }
  return childrenOf(value) === undefined ? { path, found: typeNameOf(value) } : undefined;
}

/** undefined: nothing that can be kept. */
function childrenOf(value: object): readonly (readonly [string, unknown])[] | undefined {
  if (Array.isArray(value)) return value.map((item, i) => [`[${i}]`, item] as const);
  if (value instanceof Map) {
    return Array.from(value).flatMap(([key, item], i) => [
      [`.key(${i})`, key] as const,
      [`.value(${i})`, item] as const,
    ]);
  }
  if (value instanceof Set) return Array.from(value, (item, i) => [`.item(${i})`, item] as const);
  if (isPlainObject(value)) {
    return Object.keys(value).map((name) => [`.${name}`, Reflect.get(value, name)] as const);
  }
  const isLeaf = value instanceof Date || value instanceof Uint8Array || isDecimalLike(value);
  return isLeaf ? [] : undefined;
}

function shortened(path: string): string {
  return path.length > 80 ? `${path.slice(0, 77)}...` : path;
}
