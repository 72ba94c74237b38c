import { closestName } from '../schema/closestName.js';
import { shown } from './optionValues.js';
import { sparkOption } from './sparkOption.js';

/** The names of all options of `O`: with one missing, or one too many, it does not compile. */
export type OptionNames<O> = { readonly [Name in keyof O]-?: true };

/** Refuses options that `Known` does not have, where a type parameter keeps the compiler from it. */
export type OnlyOptions<O, Known> = {
  readonly [Name in Exclude<keyof O, keyof Known>]: never;
};

/**
 * Refuses options that there are not, when what takes them is built: one that is misspelled would be
 * without effect.
 *
 * @throws TypeError naming the option, and what to use in its place.
 */
export function requireKnownOptions<O extends object>(
  owner: string,
  options: O | undefined,
  names: OptionNames<O>,
): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${owner} takes an object with options, not ${shown(options)}`);
  }
  const known = Object.keys(names);
  for (const option of Object.keys(options)) {
    if (Object.hasOwn(names, option)) continue;
    const fix = sameName(option, known) ?? sparkOption(option, known) ?? likelyName(option, known);
    throw new TypeError(
      `${owner} has no option ${shown(option)}: ${fix}; its options are ${known.sort().join(', ')}`,
    );
  }
}

/**
 * As {@link requireKnownOptions}, for an object of functions that the engine calls. An instance of a class
 * may have what else it needs.
 */
export function requireKnownMembers<O extends object>(
  owner: string,
  object: O,
  names: OptionNames<O>,
): void {
  if (Object.getPrototypeOf(object) === Object.prototype) requireKnownOptions(owner, object, names);
}

/** Spark's options have no case, these have. */
function sameName(option: string, known: readonly string[]): string | undefined {
  const name = known.find((each) => each.toLowerCase() === option.toLowerCase());
  return name && `write ${name}`;
}

function likelyName(option: string, known: readonly string[]): string {
  const name = closestName(option, known);
  return name === undefined ? 'leave it out' : `did you mean ${name}?`;
}
