/** What a number in a pattern stands for. */
export type NumberField =
  | 'year'
  | 'twoDigitYear'
  | 'month'
  | 'day'
  | 'dayOfYear'
  | 'hour'
  | 'hour24'
  | 'hour12'
  | 'hour11'
  | 'minute'
  | 'second';

/** One piece of a date pattern. */
export type PatternToken =
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'number';
      readonly field: NumberField;
      readonly min: number;
      readonly max: number;
    }
  | { readonly kind: 'fraction'; readonly digits: number }
  | { readonly kind: 'month' | 'weekday'; readonly long: boolean }
  | { readonly kind: 'half' }
  | { readonly kind: 'zone'; readonly letter: string; readonly count: number }
  | { readonly kind: 'optional'; readonly tokens: readonly PatternToken[] };

const numbers: ReadonlyMap<string, NumberField> = new Map([
  ['M', 'month'],
  ['L', 'month'],
  ['d', 'day'],
  ['D', 'dayOfYear'],
  ['H', 'hour'],
  ['k', 'hour24'],
  ['h', 'hour12'],
  ['K', 'hour11'],
  ['m', 'minute'],
  ['s', 'second'],
]);

/**
 * Reads a date pattern in Spark's letters, which are nearly luxon's.
 *
 *     y u year (yy: 2000–2099)   M L month (MMM Jan, MMMM January)   d day   D day of the year
 *     E c weekday (EEEE long)    H 0–23   k 1–24   h 1–12   K 0–11   a AM or PM   m minute   s second
 *     S fraction, at most a digit each   X x Z O offset   z V zone   'text' literal   [ ] optional
 *
 * Errors: RangeError, naming `option`, for a letter that is none of these and for open quotes or
 * brackets.
 */
export function patternTokens(pattern: string, option: string): readonly PatternToken[] {
  const refuse = (why: string): never => {
    throw new RangeError(
      `${option} is no date pattern: ${why} in ${JSON.stringify(pattern)}; write it as 'yyyy-MM-dd HH:mm:ss'`,
    );
  };
  if (typeof pattern !== 'string' || pattern.length === 0 || pattern.length > 200) {
    return refuse('it must be text of 1 to 200 characters');
  }
  const open: PatternToken[][] = [[]];
  const add = (token: PatternToken): void => void open[open.length - 1]?.push(token);
  for (let at = 0; at < pattern.length; ) {
    const char = pattern[at] ?? '';
    let end = at + 1;
    if (char === '[') {
      open.push([]);
    } else if (char === ']') {
      const tokens = open.length > 1 ? open.pop() : refuse('"]" without "["');
      add({ kind: 'optional', tokens: tokens ?? [] });
    } else if (char === "'") {
      end = quoteEnd(pattern, at);
      if (end === 0) refuse("a ' is not closed");
      add({ kind: 'literal', text: pattern.slice(at + 1, end - 1).replaceAll("''", "'") || "'" });
    } else if (/[A-Za-z]/.test(char)) {
      while (pattern[end] === char) end++;
      add(letterToken(char, end - at) ?? refuse(`"${pattern.slice(at, end)}" is not known`));
    } else {
      add({ kind: 'literal', text: char });
    }
    at = end;
  }
  return open.length === 1 ? (open[0] ?? []) : refuse('a "[" is not closed');
}

/** The place behind the closing quote; 0 if there is none. Doubled quotes are text. */
function quoteEnd(pattern: string, from: number): number {
  for (let at = from + 1; at < pattern.length; at++) {
    if (pattern[at] !== "'") continue;
    if (pattern[at + 1] !== "'" || at === from + 1) return at + 1;
    at++;
  }
  return 0;
}

function letterToken(letter: string, count: number): PatternToken | undefined {
  if (letter === 'y' || letter === 'u') {
    if (count === 2) return { kind: 'number', field: 'twoDigitYear', min: 2, max: 2 };
    return count > 6
      ? undefined
      : { kind: 'number', field: 'year', min: count, max: count >= 4 ? count : 6 };
  }
  if ((letter === 'M' || letter === 'L') && count > 2) {
    return count > 4 ? undefined : { kind: 'month', long: count === 4 };
  }
  if (letter === 'E' || letter === 'c') {
    return count > 4 ? undefined : { kind: 'weekday', long: count === 4 };
  }
  if (letter === 'S') return count > 9 ? undefined : { kind: 'fraction', digits: count };
  if (letter === 'a') return count === 1 ? { kind: 'half' } : undefined;
  if ('XxZOzV'.includes(letter)) return count > 5 ? undefined : { kind: 'zone', letter, count };
  const field = numbers.get(letter);
  const widest = field === 'dayOfYear' ? 3 : 2;
  if (field === undefined || count > widest) return undefined;
  return { kind: 'number', field, min: count, max: widest };
}
