/**
 * Functions that are generated from a plan: their text holds names as JSON string literals and nothing
 * else of the user's, never data; everything else comes as an argument.
 *
 * Each has its own place in V8's feedback, so that calls in it have one target and can be inlined, and
 * object literals in it give rows of one shape.
 */

/**
 * The function that `body` gives, called with `args` by name.
 *
 * Out: undefined where the host forbids code from strings (Content-Security-Policy, a Node flag): the
 * caller then does the same step by step.
 */
export function generated(
  args: Readonly<Record<string, unknown>>,
  body: string,
): ((...args: never[]) => unknown) | undefined {
  const names = Object.keys(args);
  return makerOf(names, body)?.(...names.map((name) => args[name]));
}

/** So many texts are remembered; others are compiled each time. */
const mostKept = 500;
const kept = new Map<string, Maker>();

/**
 * The same, of one code for equal texts, so that where it is called can inline it when a plan is built again.
 * For short functions: in those of one plan alone V8 takes `args` for constants.
 */
export function generatedOnce(
  args: Readonly<Record<string, unknown>>,
  body: string,
): ((...args: never[]) => unknown) | undefined {
  const names = Object.keys(args);
  const text = `${names.join()}\n${body}`;
  const make = kept.get(text) ?? makerOf(names, body);
  if (make !== undefined && kept.size < mostKept) kept.set(text, make);
  return make?.(...names.map((name) => args[name]));
}

type Maker = (...args: unknown[]) => (...args: never[]) => unknown;

function makerOf(names: readonly string[], body: string): Maker | undefined {
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- from the plan's names as literals, never data
    return new Function(...names, `"use strict";\n${body}`) as Maker;
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

/** A name as the source text of a string. */
export function nameLiteral(name: string): string {
  return JSON.stringify(name).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

/** A name in an object literal. Only a computed one defines an own property called `__proto__`. */
export function propertyLiteral(name: string): string {
  return name === '__proto__' ? '["__proto__"]' : nameLiteral(name);
}
