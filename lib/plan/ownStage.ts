import { generated } from '../generatedCode.js';
import type { Stage } from './planNode.js';

type StageClass<A extends unknown[]> = new (...args: A) => Stage;

/** So many texts of functions have classes of their own; the stages of others share one. */
const mostClasses = 500;

const classes = new Map<string, unknown>();

/**
 * `Shared` with a `next` of its own for what it calls: `called`, functions of the user's or classes of stages.
 *
 * All stages of a class share what V8 learns of its `next`: with a second `where` in the process no
 * predicate is inlined any more, nor the stage behind it. Functions of one text share a class, so that a
 * plan that is built again finds its code hot.
 *
 * `next` is the text of the method. It MUST do what `Shared.prototype.next` does, which stands in where
 * the host forbids code from strings; of the surroundings it knows `scope` alone. It should be short: V8
 * inlines no more than 920 bytes of bytecode into one function, and a whole chain of stages fits in that.
 */
export function ownStage<A extends unknown[]>(
  Shared: StageClass<A>,
  called: readonly unknown[],
  next: string,
  scope: Readonly<Record<string, unknown>> = {},
): StageClass<A> {
  const texts = called.map((of) => (typeof of === 'function' ? textOf(of) : ''));
  const name = [next, ...texts].join('\n');
  const known = classes.get(name);
  if (known !== undefined) return known as StageClass<A>;
  if (classes.size >= mostClasses) return Shared;
  // The number: V8 gives equal texts one code with one feedback, and so would a class built on this one.
  const text = `return class extends Shared { // ${classes.size}\n${next}\n};`;
  const made = generated({ Shared, ...scope }, text);
  if (made === undefined) return Shared;
  classes.set(name, made);
  return made as unknown as StageClass<A>;
}

const textOf = (of: unknown): string => Function.prototype.toString.call(of);
