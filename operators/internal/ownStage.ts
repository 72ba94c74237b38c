import { generated } from '../../lib/generatedCode.js';
import type { Stage } from '../../lib/plan/planNode.js';

type StageClass<A extends unknown[]> = new (...args: A) => Stage;

/** So many texts of functions have classes of their own; the stages of others share one. */
const mostClasses = 500;

const classes = new Map<string, unknown>();

/**
 * `Shared` with a `next` of its own for rows that `fn` takes.
 *
 * All stages of a class share what V8 learns of its `next`: with a second `where` in the process no
 * predicate is inlined any more, nor the stage behind it. Functions of one text share a class, so that a
 * plan that is built again finds its code hot.
 *
 * `next` is the text of the method. It MUST do what `Shared.prototype.next` does, which stands in where
 * the host forbids code from strings; of the surroundings it knows `scope` alone.
 */
export function ownStage<A extends unknown[]>(
  Shared: StageClass<A>,
  fn: (...args: never[]) => unknown,
  next: string,
  scope: Readonly<Record<string, unknown>> = {},
): StageClass<A> {
  const name = `${next}${Function.prototype.toString.call(fn)}`;
  const known = classes.get(name);
  if (known !== undefined) return known as StageClass<A>;
  if (classes.size >= mostClasses) return Shared;
  // V8 gives equal texts one code and one feedback, which is what this is to prevent: hence the number.
  const text = `/* ${classes.size} */ return class extends Shared {\n${next}\n};`;
  const made = generated({ Shared, ...scope }, text);
  if (made === undefined) return Shared;
  classes.set(name, made);
  return made as unknown as StageClass<A>;
}
