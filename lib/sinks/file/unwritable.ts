import { StreamingError } from '../../errors.js';

/** A value of a row that a text format cannot write without losing it. */
export class Unwritable extends TypeError {
  constructor(
    readonly value: unknown,
    reason: string,
  ) {
    super(reason);
  }
}

const awaited = 'await it before the sink, in mergeMap(async (row) => …)';

/** For a value that is neither data nor an object with fields. */
export function unwritable(value: unknown): Unwritable {
  if (value instanceof Date) return new Unwritable(value, 'is an invalid Date: give null instead');
  if (value instanceof Promise) {
    value.catch(() => undefined); // it is refused already
    return new Unwritable(value, `is a Promise: ${awaited}`);
  }
  const name = typeof value === 'object' ? (value?.constructor?.name ?? 'object') : typeof value;
  return new Unwritable(
    value,
    `is a ${name}, which is no data: select what is to be written of it`,
  );
}

/** Whether an object shows nothing of what it holds, as a Promise, a WeakMap or private fields. */
export function isOpaque(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return !isPlain && Object.keys(value).length === 0;
}

/** `SINK_ROW` with the path of the value; a row is searched only then, so that paths cost nothing. */
export function rowError(format: string, row: unknown, cause: unknown): unknown {
  if (!(cause instanceof Unwritable)) return cause;
  const value = pathTo(cause.value, row, '')?.replace(/^\./, '') ?? 'a value';
  return new StreamingError('SINK_ROW', { format, value, reason: cause.message }, { cause });
}

function pathTo(value: unknown, at: unknown, path: string): string | undefined {
  if (at === value) return path;
  if (typeof at !== 'object' || at === null) return undefined;
  for (const [step, part] of partsOf(at)) {
    const found = pathTo(value, part, `${path}${step}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function partsOf(at: object): readonly (readonly [step: string, part: unknown])[] {
  if (at instanceof Map) {
    return [...at].flatMap(([key, part]) => [
      [`[key ${String(key)}]`, key],
      [`[${String(key)}]`, part],
    ]);
  }
  if (Array.isArray(at) || at instanceof Set) return [...at].map((part, i) => [`[${i}]`, part]);
  return Object.entries(at).map(([name, part]) => [`.${name}`, part]);
}
