import { BAD, type ValueReader } from './bad.js';
import { NumberText } from './numberText.js';

/** The values of a key that stands more than once in an object of JSON, as `exactJson` keeps them. */
export class Repeated {
  readonly values: unknown[];

  constructor(first: unknown) {
    this.values = [first];
  }

  toJSON(): unknown {
    return this.values.at(-1);
  }
}

/** As in Spark: the last value counts, and every one must be of the type. */
export function lastOf(read: ValueReader<unknown>, nullable: boolean): ValueReader<unknown> {
  return (value) => {
    if (!(value instanceof Repeated)) return read(value);
    let last: unknown = null;
    for (const each of value.values) {
      last = each === null ? null : read(each);
      if (last === BAD) return BAD;
    }
    return last === null && !nullable ? BAD : last;
  };
}

/** What is kept of a bad record: the last value that can be read. */
export function lastReadable(read: ValueReader<unknown>): ValueReader<unknown> {
  return (value) => {
    if (!(value instanceof Repeated)) return read(value);
    let last: unknown = BAD;
    for (const each of value.values) {
      const got = each === null ? null : read(each);
      if (got !== BAD) last = got;
    }
    return last;
  };
}

/** How many keys the objects in parsed JSON have: fewer than were written, where one stood twice. */
export function keysIn(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof NumberText) return 0;
  let keys = 0;
  if (Array.isArray(value)) for (const each of value as readonly unknown[]) keys += keysIn(each);
  else for (const name in value) keys += 1 + keysIn((value as Record<string, unknown>)[name]);
  return keys;
}
