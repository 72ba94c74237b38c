/** What a message says of an option that has a default. */
export const leaveOut = 'leave it out for the default';

/**
 * A limit given as an option: absent means none.
 *
 * @param mend what to do instead of a wrong value; {@link leaveOut} where the option has a default.
 * @throws RangeError naming the option, for anything but a positive whole number.
 */
export function positiveIntegerOption(
  owner: string,
  option: string,
  value: number | undefined,
  mend = 'leave it out for no limit',
): number {
  if (value === undefined) return Number.POSITIVE_INFINITY;
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(
    `${owner}: ${option} must be a positive whole number, not ${shown(value)}; ${mend}`,
  );
}

/** @throws TypeError where a source that cannot do without one is built without a schema. */
export function requireSchema(
  owner: string,
  options: { readonly schema?: unknown } | undefined,
): void {
  if (options?.schema !== undefined) return;
  throw new TypeError(
    `${owner} needs a schema: ${owner}(path, { schema: 'time TIMESTAMP, action STRING' }); schemaOf(path) finds one`,
  );
}

/** How a wrong argument is shown in a message: text in quotes, so that '5' and 5 differ. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** @throws RangeError naming the option, for anything but a whole number from 0 on. */
export function wholeNumberOption(owner: string, option: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(
    `${owner}: ${option} must be a whole number, 0 or more, not ${shown(value)}; ${leaveOut}`,
  );
}

/**
 * A switch, false where it is left out. Spark takes 'false' as text, which would count as true here.
 *
 * @throws TypeError naming the option, for anything but true and false.
 */
export function booleanOption(owner: string, option: string, value: boolean | undefined): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false;
  throw new TypeError(`${owner}: ${option} must be true or false, not ${shown(value)}`);
}

/** What `timestamps` says: instants as Dates, or as ms since the epoch. Throws as {@link oneOf}. */
export function timestampsOption(owner: string, value: 'date' | 'ms' = 'date'): 'date' | 'ms' {
  return oneOf(owner, 'timestamps', value, ['date', 'ms']);
}

/** @throws TypeError naming the option and its values. */
export function oneOf<T extends string>(
  owner: string,
  option: string,
  value: T,
  values: readonly T[],
): T {
  if (values.includes(value)) return value;
  const all = values.map((each) => JSON.stringify(each)).join(', ');
  throw new TypeError(`${owner}: ${option} must be one of ${all}, not ${shown(value)}`);
}
