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
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- from the plan's names as literals, never data
    const make = new Function(...names, `"use strict";\n${body}`);
    return make(...names.map((name) => args[name]));
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
