import { isObservable } from 'rxjs';
import { isPromise } from '../maybe.js';

/** Refuses what a program without types takes for a stream: most often a source without `readStream`. */
export function requireStream(owner: string, stream: unknown): void {
  // RxJS's own test, as everywhere here: of another copy of rxjs, too.
  if (isObservable(stream)) return;
  const [found, fix] = wrong(stream);
  throw new TypeError(`${owner} takes a stream, not ${found}: ${fix}`);
}

function wrong(value: unknown): readonly [found: string, fix: string] {
  const { open, description } = Object(value) as { open?: unknown; description?: unknown };
  if (typeof open === 'function') {
    return [`the source ${String(description)} itself`, 'write readStream(source)'];
  }
  if (Array.isArray(value)) return ['an array', 'write readStream(from(rows)), with from of RxJS'];
  if (isPromise(value)) return ['a Promise', 'await it before, or write readStream(from(promise))'];
  if (typeof value === 'function') return ['a function', 'operators stand in stream.pipe(…)'];
  return [typeof value === 'object' && value ? 'an object' : String(value), 'write readStream(…)'];
}
