import { BAD } from '../../schema/bad.js';
import { readAs, type StructPlan, type ValuePlan } from './jsonPlan.js';
import { skipBlanks, skipNumber, skipString, skipValue, skipWord } from './jsonSkip.js';
import { isNameAt, isPatternAt } from './keyPattern.js';
import { isPlainBlock, isPlainText } from './plainBytes.js';

/** Node's own slices, without the look-up of an encoding's name that `toString` makes per call. */
interface SlicedBytes extends Buffer {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
}

type Row = Record<string, unknown>;

/** More digits may not be exact in a double. */
const exactDigits = 15;
/** Powers of ten that are exact in a double. */
const powers = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
/** V8 copies shorter parts of a string; a longer one would keep the whole block alive. */
const copiedChars = 12;

const quote = 34;
const comma = 44;
const brace = 125;

/**
 * Reads rows straight from the bytes of JSON lines against a compiled schema: no text of the line, no
 * tree and no keys are made; a value is made once, in its final form.
 *
 * It reads what is usual and answers `BAD` for everything else (bad records, long digits), which goes
 * to `JSON.parse` and `rowConverter`. What it reads MUST be what those would have given.
 *
 * A line feed must stand behind the last byte: all loops end there, so none asks for the length.
 */
export class JsonReader {
  /** Where the next value begins; after a value that was read, where it ended. */
  at = 0;
  private bytes = Buffer.alloc(0) as SlicedBytes;
  private view: DataView = new DataView(new ArrayBuffer(0));
  /** The block as text, one character a byte: V8 finds a quote in it faster than a loop. */
  private latin1 = '';
  private end = 0;
  private lineEnd = 0;
  /** The first backslash that is not before the last one asked for; `end` if there is none. */
  private escape = 0;
  private plain = false;
  private unescaped = Buffer.alloc(1024) as SlicedBytes;

  /** Takes a block of lines; `end` is behind a line feed. */
  block(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes as SlicedBytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, end);
    this.latin1 = this.bytes.latin1Slice(0, end);
    this.end = end;
    this.at = start;
    this.escape = start - 1;
    this.plain = isPlainBlock(bytes, start, end);
  }

  /** The position of the line feed that ends the line at `at`. */
  line(at: number): number {
    this.lineEnd = this.latin1.indexOf('\n', at);
    return this.lineEnd;
  }

  /** The row of the line at `this.at`, which is then behind its line feed; `BAD` leaves it anywhere. */
  row(plan: StructPlan): Row | typeof BAD {
    const { bytes } = this;
    if (bytes[this.at] !== 123) {
      this.at = skipBlanks(bytes, this.at);
      if (bytes[this.at] !== 123) return BAD;
    }
    const row = this.struct(plan);
    if (row === BAD) return BAD;
    if (this.at !== this.lineEnd && skipBlanks(bytes, this.at) !== this.lineEnd) return BAD;
    this.at = this.lineEnd + 1;
    return row;
  }

  /** The object at `this.at`, whose brace the caller has seen. */
  private struct(plan: StructPlan): Row | typeof BAD {
    const { bytes } = this;
    const row: Row = { ...plan.blank };
    let at = this.at + 1;
    if (bytes[at] !== quote) at = skipBlanks(bytes, at);
    for (let expected = 0; bytes[at] !== brace; ) {
      const index = this.key(plan, at, expected);
      if (index < 0) {
        if (index < -1) return BAD;
        at = skipValue(bytes, this.at, 1);
        if (at < 0) return BAD;
      } else {
        const value = this.value(plan.values[index] as ValuePlan);
        if (value === BAD) return BAD;
        row[plan.names[index] as string] = value;
        expected = index + 1;
        at = this.at;
      }
      if (bytes[at] !== comma) {
        at = skipBlanks(bytes, at);
        if (bytes[at] === brace) break;
        if (bytes[at] !== comma) return BAD;
      }
      at++;
      if (bytes[at] !== quote) at = skipBlanks(bytes, at);
      if (bytes[at] !== quote) return BAD;
    }
    this.at = at + 1;
    return this.isComplete(plan, row) ? row : BAD;
  }

  private isComplete(plan: StructPlan, row: Row): boolean {
    const { required } = plan;
    for (let i = 0; i < required.length; i++) {
      if (row[plan.names[required[i] as number] as string] === null) return false;
    }
    return true;
  }

  /**
   * The index of the key at `at`, -1 for an unknown one, -2 for none; `this.at` is then at its value.
   * Keys mostly come in the order of the schema: `expected` is tried first.
   */
  private key(plan: StructPlan, at: number, expected: number): number {
    const { bytes, view } = this;
    if (bytes[at] !== quote) return -2;
    const { keys } = plan;
    for (let i = expected; i < keys.length; i++) {
      const key = keys[i] as (typeof keys)[number];
      if (!isPatternAt(view, at + 1, key)) continue;
      const after = at + 1 + key.length;
      const byte = bytes[after] as number;
      this.at = byte <= 32 ? skipBlanks(bytes, after) : after;
      return i;
    }
    return this.anyKey(plan, at);
  }

  /** Keys of two letters at most, out of order, followed by blanks, escaped or not known. */
  private anyKey(plan: StructPlan, at: number): number {
    const { bytes } = this;
    const end = skipString(bytes, at);
    if (end < 0) return -2;
    const colon = skipBlanks(bytes, end);
    if (bytes[colon] !== 58) return -2;
    this.at = skipBlanks(bytes, colon + 1);
    const { keys } = plan;
    for (let i = 0; i < keys.length; i++) {
      if (isNameAt(bytes, at + 1, keys[i] as (typeof keys)[number])) return i;
    }
    // Escaped, or not UTF-8: the name may be another one than its bytes say.
    for (let i = at + 1; i < end; i++) {
      if (bytes[i] === 92 || (bytes[i] as number) >= 128) {
        return plan.names.indexOf(JSON.parse(bytes.utf8Slice(at, end)) as string);
      }
    }
    return -1;
  }

  private value(plan: ValuePlan): unknown {
    const { bytes, at } = this;
    const first = bytes[at];
    if (first === 110) {
      this.at = skipWord(bytes, at, 'null');
      return this.at > 0 && plan.nullable ? null : BAD;
    }
    switch (plan.as) {
      case readAs.text:
        return first === quote ? this.text() : BAD;
      case readAs.whole:
        return this.whole(plan);
      case readAs.number:
        return this.number(plan);
      case readAs.boolean:
        return this.boolean();
      case readAs.struct:
        return first === 123 && plan.struct ? this.struct(plan.struct) : BAD;
      case readAs.array:
        return first === 91 && plan.element ? this.array(plan.element) : BAD;
      case readAs.scalar:
        return this.scalar(plan);
      case readAs.other:
        return this.other(plan);
      case readAs.none:
        return this.skipped();
    }
  }

  private text(): string | typeof BAD {
    const start = this.at + 1;
    const end = this.latin1.indexOf('"', start);
    if (end < 0 || end > this.lineEnd) return BAD;
    if (!this.plain && !isPlainText(this.bytes, start, end)) return this.anyText(end);
    if (this.escape < start) {
      const found = this.latin1.indexOf('\\', start);
      this.escape = found < 0 ? this.end : found;
    }
    if (this.escape < end) return this.anyText(end);
    this.at = end + 1;
    return end - start <= copiedChars
      ? this.latin1.substring(start, end)
      : this.bytes.latin1Slice(start, end);
  }

  /** A string with escapes, or beyond ASCII; `end` is its first quote. */
  private anyText(end: number): string | typeof BAD {
    const { bytes, at } = this;
    if (this.plain) {
      const text = this.simplyEscaped(end);
      if (text !== undefined) return text;
    }
    const after = skipString(bytes, at);
    if (after < 0) return BAD;
    this.at = after;
    return JSON.parse(bytes.utf8Slice(at, after)) as string;
  }

  /** A plain string whose escapes are backslashes, quotes and slashes: the byte behind each. */
  private simplyEscaped(end: number): string | undefined {
    const { bytes, lineEnd } = this;
    if (lineEnd - this.at > this.unescaped.length) {
      this.unescaped = Buffer.alloc(lineEnd - this.at) as SlicedBytes;
    }
    const { unescaped } = this;
    let i = this.at + 1;
    let length = 0;
    for (; i < lineEnd; i++) {
      let byte = bytes[i] as number;
      if (byte === 92) {
        byte = bytes[++i] as number;
        if (byte !== 92 && byte !== quote && byte !== 47) return undefined;
      } else if (byte === quote) break;
      unescaped[length++] = byte;
    }
    if (i < end || i >= lineEnd) return undefined;
    this.at = i + 1;
    return unescaped.latin1Slice(0, length);
  }

  private whole(plan: ValuePlan): unknown {
    const { bytes } = this;
    const negative = bytes[this.at] === 45;
    const start = negative ? this.at + 1 : this.at;
    let value = 0;
    let i = start;
    for (;;) {
      const digit = (bytes[i] as number) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
      i++;
    }
    const digits = i - start;
    const byte = bytes[i];
    // A zero in front of others is no JSON; fractions and exponents may still be whole numbers.
    const usual = digits > 0 && digits <= exactDigits && (bytes[start] !== 48 || digits === 1);
    if (!usual || byte === 46 || byte === 101 || byte === 69) return this.scalar(plan);
    this.at = i;
    if (negative) value = 0 - value;
    return value >= plan.min && value <= plan.max ? value : BAD;
  }

  private number(plan: ValuePlan): unknown {
    const { bytes, at } = this;
    const negative = bytes[at] === 45;
    const start = negative ? at + 1 : at;
    let mantissa = 0;
    let point = -1;
    let i = start;
    for (; ; i++) {
      const byte = bytes[i] as number;
      if (byte >= 48 && byte <= 57) mantissa = mantissa * 10 + (byte - 48);
      else if (byte === 46 && point < 0) point = i;
      else break;
    }
    const end = skipNumber(bytes, at);
    const digits = i - start - (point < 0 ? 0 : 1);
    if (end < 0) return this.scalar(plan);
    this.at = end;
    if (end !== i || digits > exactDigits) return plan.convert(Number(bytes.latin1Slice(at, end)));
    // Both operands are exact, so the quotient is rounded once: what the text stands for.
    const value = point < 0 ? mantissa : mantissa / (powers[i - point - 1] as number);
    return negative ? -value : value;
  }

  private boolean(): boolean | typeof BAD {
    const { bytes, at } = this;
    const isTrue = bytes[at] === 116;
    this.at = skipWord(bytes, at, isTrue ? 'true' : 'false');
    return this.at > 0 ? isTrue : BAD;
  }

  private array(plan: ValuePlan): readonly unknown[] | typeof BAD {
    const { bytes } = this;
    const values: unknown[] = [];
    this.at = skipBlanks(bytes, this.at + 1);
    if (bytes[this.at] === 93) {
      this.at++;
      return values;
    }
    for (;;) {
      const value = this.value(plan);
      if (value === BAD) return BAD;
      values.push(value);
      const at = skipBlanks(bytes, this.at);
      this.at = at + 1;
      if (bytes[at] === 93) return values;
      if (bytes[at] !== comma) return BAD;
      this.at = skipBlanks(bytes, at + 1);
    }
  }

  /** A string or a number that the type's converter takes on. */
  private scalar(plan: ValuePlan): unknown {
    const { bytes, at } = this;
    if (bytes[at] === quote) {
      const text = this.text();
      return text === BAD ? BAD : plan.convert(text);
    }
    const end = skipNumber(bytes, at);
    if (end < 0 || (plan.exact && end - at > exactDigits)) return BAD; // `jsonParser` keeps digits
    this.at = end;
    return plan.convert(Number(bytes.latin1Slice(at, end)));
  }

  private other(plan: ValuePlan): unknown {
    const { bytes, at } = this;
    const end = skipValue(bytes, at, 1);
    if (end < 0) return BAD;
    this.at = end;
    return plan.convert(plan.parse(bytes.utf8Slice(at, end)));
  }

  /** A column that is not filled from the record. */
  private skipped(): null | typeof BAD {
    this.at = skipValue(this.bytes, this.at, 1);
    return this.at < 0 ? BAD : null;
  }
}
