import { StreamingError } from '../errors.js';

/** How much of a long line an error shows on each side of the place. */
const excerptRadius = 60;

/**
 * Walks over DDL text once, without regular expressions over its length. Blanks and comments
 * (`-- to the end of the line`, `/* … *\/`) stand between tokens.
 */
export class DdlScanner {
  /** Where the next token starts: blanks and comments are already skipped. */
  at = 0;

  constructor(readonly text: string) {
    this.skipBlanks();
  }

  done(): boolean {
    return this.at >= this.text.length;
  }

  /** Takes `symbol` (one character) if it comes next. */
  symbol(symbol: string): boolean {
    if (this.text[this.at] !== symbol) return false;
    this.at++;
    this.skipBlanks();
    return true;
  }

  expect(symbol: string, after: string): void {
    if (!this.symbol(symbol)) this.refuse(`expected "${symbol}" ${after}, found ${this.found()}`);
  }

  /** A bare word: letters of any script, digits, underscores; '' if none starts here. */
  word(): string {
    const start = this.at;
    this.at = this.wordEnd();
    const word = this.text.slice(start, this.at);
    this.skipBlanks();
    return word;
  }

  /** Takes `keyword` (upper case) if it comes next as a whole word, in any case. */
  keyword(keyword: string): boolean {
    const end = this.wordEnd();
    if (end - this.at !== keyword.length) return false;
    if (this.text.slice(this.at, end).toUpperCase() !== keyword) return false;
    this.at = end;
    this.skipBlanks();
    return true;
  }

  /** Text between two `quote`s, a doubled one standing for itself; undefined if none starts here. */
  quoted(quote: string, what: string, backslashes: boolean): string | undefined {
    if (this.text[this.at] !== quote) return undefined;
    const start = this.at;
    let inside = '';
    for (let i = start + 1; i < this.text.length; i++) {
      let char = this.text[i] ?? '';
      if (char === quote) {
        if (this.text[i + 1] !== quote) {
          this.at = i + 1;
          this.skipBlanks();
          return inside;
        }
        i++;
      } else if (char === '\\' && backslashes) {
        i++;
        char = this.text[i] ?? '';
      }
      inside += char;
    }
    return this.refuse(`${what} has no closing ${quote}`, start);
  }

  /** What comes next, as an error shows it. */
  found(): string {
    if (this.done()) return 'the end';
    const unit = (this.text.codePointAt(this.at) ?? 0) > 0xffff ? 2 : 1;
    const end = Math.max(this.wordEnd(), this.at + unit);
    return JSON.stringify(this.text.slice(this.at, Math.min(end, this.at + 40)));
  }

  /** Throws DDL_INVALID with a caret under the character at `position`. */
  refuse(problem: string, position = this.at): never {
    const before = this.text.slice(0, position);
    const lineStart = before.lastIndexOf('\n') + 1;
    const newline = this.text.indexOf('\n', position);
    const lineEnd = newline === -1 ? this.text.length : newline;
    const from = Math.max(lineStart, position - excerptRadius);
    const to = Math.min(lineEnd, position + excerptRadius);
    const shown = this.text.slice(from, to).replace(/\r$/, '');
    const margin = Array.from(this.text.slice(from, position), (c) => (c === '\t' ? c : ' ')).join(
      '',
    );
    throw new StreamingError('DDL_INVALID', {
      problem,
      line: before.split('\n').length,
      column: position - lineStart + 1,
      excerpt: `  ${shown}\n  ${margin}^`,
    });
  }

  private wordEnd(): number {
    let end = this.at;
    while (end < this.text.length && isWordUnit(this.text.charCodeAt(end))) end++;
    return end;
  }

  private skipBlanks(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code <= 32 || code === 0xa0 || code === 0xfeff) {
        this.at++;
      } else if (this.text.startsWith('--', this.at)) {
        const end = this.text.indexOf('\n', this.at);
        this.at = end === -1 ? this.text.length : end + 1;
      } else if (this.text.startsWith('/*', this.at)) {
        const end = this.text.indexOf('*/', this.at + 2);
        if (end === -1) this.refuse('a comment has no closing */');
        this.at = end + 2;
      } else {
        return;
      }
    }
  }
}

/** ASCII letters, digits and _, and everything that is not ASCII: no punctuation of DDL is there. */
function isWordUnit(code: number): boolean {
  if (code > 127) return code !== 0xa0 && code !== 0xfeff;
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95
  );
}
