/**
 * A number of JSON whose digits a double cannot hold, as `exactJson` keeps it. DECIMAL and BIGINT
 * columns read the digits, others the nearest double.
 */
export class NumberText {
  constructor(readonly text: string) {}

  toJSON(): number {
    return Number(this.text);
  }
}

/** What stands in a STRING column and is no string: the text of a number, an object, an array. */
export class JsonText {
  constructor(readonly text: string) {}
}

/** Whether text is `[+-] digits [. digits] [e exponent]`: what Number() takes, and nothing more. */
export function isNumberText(text: string): boolean {
  const length = text.length;
  if (length === 0 || length > 400) return false;
  let digits = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) digits++;
    // Number() itself refuses signs, points and exponents in the wrong place
    else if (code !== 46 && code !== 45 && code !== 43 && code !== 101 && code !== 69) return false;
  }
  return digits > 0;
}

/** Whether text is `[+-] digits`. */
export function isIntegerText(text: string): boolean {
  const first = text.charCodeAt(0);
  const start = first === 45 || first === 43 ? 1 : 0;
  if (text.length === start || text.length > 400) return false;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}
