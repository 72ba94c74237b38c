const control = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const short = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/**
 * `text` on one line, with control characters as escapes, so that data can neither break a table nor
 * command the terminal (escape sequences, bidirectional overrides).
 */
export function visible(text: string): string {
  return text.replace(control, (char) => short.get(char) ?? escapeOf(char));
}

function escapeOf(char: string): string {
  return `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}
