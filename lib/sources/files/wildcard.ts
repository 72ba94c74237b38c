/** One segment of a glob, compiled: characters, `?`, `*` and `[…]` classes. */
export type WildcardToken =
  | { readonly is: 'char'; readonly char: string }
  | { readonly is: 'one' }
  | { readonly is: 'many' }
  | {
      readonly is: 'class';
      readonly negated: boolean;
      readonly ranges: readonly (readonly [string, string])[];
    };

/**
 * Compiles a path segment with wildcards; a backslash takes the next character as it is.
 *
 * A hand-written matcher and no RegExp: `*a*a*a*b` as a regular expression backtracks without bound.
 */
export function parseWildcard(segment: string): readonly WildcardToken[] {
  const chars = [...segment];
  const tokens: WildcardToken[] = [];
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] ?? '';
    if (char === '*') tokens.push({ is: 'many' });
    else if (char === '?') tokens.push({ is: 'one' });
    else if (char === '\\' && i + 1 < chars.length) {
      i++;
      tokens.push({ is: 'char', char: chars[i] ?? '' });
    } else if (char === '[') {
      const end = classEnd(chars, i);
      if (end < 0) tokens.push({ is: 'char', char });
      else {
        tokens.push(parseClass(chars.slice(i + 1, end)));
        i = end;
      }
    } else tokens.push({ is: 'char', char });
  }
  return tokens;
}

/** Index of the closing bracket; a `]` right after `[`, `[!` or `[^` stands for itself. */
export function classEnd(chars: readonly string[], open: number): number {
  let at = open + 1;
  if (chars[at] === '!' || chars[at] === '^') at++;
  if (chars[at] === ']') at++;
  while (at < chars.length && chars[at] !== ']') at += chars[at] === '\\' ? 2 : 1;
  return at < chars.length ? at : -1;
}

function parseClass(body: readonly string[]): WildcardToken {
  const negated = body[0] === '!' || body[0] === '^';
  const members: { readonly char: string; readonly escaped: boolean }[] = [];
  for (let i = negated ? 1 : 0; i < body.length; i++) {
    const escaped = body[i] === '\\' && i + 1 < body.length;
    if (escaped) i++;
    members.push({ char: body[i] ?? '', escaped });
  }
  const ranges: [string, string][] = [];
  for (let i = 0; i < members.length; i++) {
    const low = members[i]?.char ?? '';
    const between = members[i + 1];
    const high = members[i + 2];
    if (between?.char === '-' && !between.escaped && high !== undefined) {
      ranges.push([low, high.char]);
      i += 2;
    } else ranges.push([low, low]);
  }
  return { is: 'class', negated, ranges };
}

/** Whether `name` matches; time is at most length of the name × length of the pattern. */
export function matchesWildcard(tokens: readonly WildcardToken[], name: string): boolean {
  const chars = [...name];
  let token = 0;
  let at = 0;
  let afterStar = -1;
  let starAt = 0;
  while (at < chars.length) {
    const current = tokens[token];
    if (current?.is === 'many') {
      afterStar = ++token;
      starAt = at;
    } else if (current && matchesChar(current, chars[at] ?? '')) {
      token++;
      at++;
    } else if (afterStar >= 0) {
      // Only the last star need be widened: earlier ones have already taken their shortest match.
      token = afterStar;
      at = ++starAt;
    } else return false;
  }
  while (tokens[token]?.is === 'many') token++;
  return token === tokens.length;
}

function matchesChar(token: WildcardToken, char: string): boolean {
  switch (token.is) {
    case 'char':
      return token.char === char;
    case 'one':
      return true;
    case 'many':
      return false;
    case 'class':
      return token.ranges.some(([low, high]) => low <= char && char <= high) !== token.negated;
  }
}
