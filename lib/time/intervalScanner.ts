/** Walks over lower-case interval text once, without regular expressions: linear in its length. */
export class IntervalScanner {
  private at = 0;

  constructor(private readonly text: string) {}

  done(): boolean {
    return this.at >= this.text.length;
  }

  /** The place as a message shows it. */
  position(): string {
    return this.done() ? 'the end' : `character ${this.at + 1}`;
  }

  peek(): string {
    return this.text[this.at] ?? '';
  }

  /** Skips blanks; whether there were any. */
  blanks(): boolean {
    const start = this.at;
    while (!this.done() && this.text.charCodeAt(this.at) <= 32) this.at++;
    return this.at > start;
  }

  /** Takes `expected` and the blanks behind it; it must not go on as a word. */
  word(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false;
    const end = this.at + expected.length;
    if (isLetter(this.text.charCodeAt(end)) || isDigit(this.text.charCodeAt(end))) return false;
    this.at = end;
    this.blanks();
    return true;
  }

  /** +1 or −1; a sign may be followed by blanks. */
  sign(): 1 | -1 {
    const found = this.peek();
    if (found !== '+' && found !== '-') return 1;
    this.at++;
    this.blanks();
    return found === '-' ? -1 : 1;
  }

  /** Digits with at most one point among or before them; undefined if there is none. */
  number(): number | undefined {
    const start = this.at;
    this.digits();
    if (this.peek() === '.') {
      this.at++;
      if (this.digits() === '' && this.at === start + 1) return undefined;
    }
    return this.at === start ? undefined : Number(this.text.slice(start, this.at));
  }

  digits(): string {
    const start = this.at;
    while (isDigit(this.text.charCodeAt(this.at))) this.at++;
    return this.text.slice(start, this.at);
  }

  letters(): string {
    const start = this.at;
    while (isLetter(this.text.charCodeAt(this.at))) this.at++;
    return this.text.slice(start, this.at);
  }

  /** Whether a sign and, behind blanks, a quote come next; takes nothing. */
  signedQuote(): boolean {
    let next = this.at + 1;
    while (next < this.text.length && this.text.charCodeAt(next) <= 32) next++;
    return this.text[next] === "'" || this.text[next] === '"';
  }

  /** Takes one separator character; a blank stands for any number of blanks. */
  separator(expected: string): boolean {
    if (expected === ' ') return this.blanks();
    if (this.peek() !== expected) return false;
    this.at++;
    return true;
  }

  /** Text in single or double quotes, without them; undefined if no quoted text starts here. */
  quoted(): string | undefined {
    const quote = this.peek();
    if (quote !== "'" && quote !== '"') return undefined;
    const end = this.text.indexOf(quote, this.at + 1);
    if (end === -1) return undefined;
    const inside = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    return inside;
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isLetter(code: number): boolean {
  return code >= 97 && code <= 122;
}
