import { generated } from './generatedCode.js';

type ClassOf<T, A extends unknown[]> = new (...args: A) => T;

/** So many texts of functions have classes of their own; the instances of others share one. */
const mostClasses = 1000;

const classes = new Map<unknown, Map<string, unknown>>();
let made = 0;

/**
 * `Shared` with a method of its own for what it calls: `called`, functions of the user's or classes of stages.
 *
 * All instances of a class share what V8 learns of a method: with a second `where` in the process no
 * predicate is inlined any more, nor the stage behind it. Functions of one text share a class, so that a
 * plan that is built again finds its code hot.
 *
 * `method` is its text. It MUST do what the method of `Shared` does, which stands in where the host forbids
 * code from strings; of the surroundings it knows `scope` alone. It should be short: V8 inlines no more than
 * 920 bytes of bytecode into one function, and a whole chain of stages fits in that.
 */
export function ownClass<T, A extends unknown[]>(
  Shared: ClassOf<T, A>,
  called: readonly unknown[],
  method: string,
  scope: Readonly<Record<string, unknown>> = {},
): ClassOf<T, A> {
  const texts = called.map((of) => (typeof of === 'function' ? textOf(of) : ''));
  const name = [method, ...texts].join('\n');
  const ofShared = classes.get(Shared) ?? new Map<string, unknown>();
  const known = ofShared.get(name);
  if (known !== undefined) return known as ClassOf<T, A>;
  if (made >= mostClasses) return Shared;
  // The number: V8 gives equal texts one code with one feedback, and so would a class built on this one.
  const text = `return class extends Shared { // ${made}\n${method}\n};`;
  const own = generated({ Shared, ...scope }, text);
  if (own === undefined) return Shared;
  classes.set(Shared, ofShared.set(name, own));
  made += 1;
  return own as unknown as ClassOf<T, A>;
}

const textOf = (of: unknown): string => Function.prototype.toString.call(of);
