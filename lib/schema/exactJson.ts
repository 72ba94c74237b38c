import type { ConvertOptions } from './convertOptions.js';
import { fieldTypes } from './fieldTypes.js';
import { isIntegerText, isNumberText, JsonText, NumberText } from './numberText.js';
import { Repeated } from './repeated.js';
import { setField } from './rowShape.js';
import type { DataType, StructType } from './types.js';

/** As deep as a schema may be, and some more; JSON.parse itself would go on to 100,000s. */
const maxDepth = 500;

/** A number this long may have digits that a double does not hold. */
const longNumber = /[\d.]{16}/;

/**
 * Makes the JSON parser for records of a schema: `JSON.parse`, unless a DECIMAL column, or a BIGINT
 * column with `bigints: 'bigint'`, needs digits that a double cannot hold. Then a record with a long
 * number is read by `exactJson`.
 *
 * Errors: the parser throws SyntaxError for text that is no JSON.
 */
export function jsonParser(
  schema: StructType,
  options: ConvertOptions = {},
): (text: string) => unknown {
  if (!needsDigits(schema, options)) return JSON.parse;
  return (text) => (longNumber.test(text) ? exactJson(text) : JSON.parse(text));
}

function needsDigits(type: DataType, options: ConvertOptions): boolean {
  switch (type.type) {
    case 'decimal':
      return true;
    case 'bigint':
      return options.bigints === 'bigint';
    case 'array':
      return needsDigits(type.element, options);
    case 'map':
      return needsDigits(type.value, options);
    case 'struct':
      return type.fields.some((field) => needsDigits(field.dataType, options));
    default:
      return false;
  }
}

/**
 * Parses JSON, keeping numbers of 16 characters and more as `NumberText`. Strings are left to
 * JSON.parse. A property called `__proto__` is an own one, and the last of several wins, as there.
 * Where the type has a STRING and no string stands, the text there is kept as `JsonText`; where it has a
 * field or a MAP whose key stands twice, all its values as `Repeated`.
 *
 * Errors: SyntaxError with the position; RangeError for nesting deeper than 500.
 */
export function exactJson(text: string, type?: DataType): unknown {
  return whole(new ExactReader(text, isLong), type);
}

/**
 * Parses JSON as `exactJson`, for who wants to know what its numbers are: those that are not written as
 * whole ones are `NumberText` too, so that 1.0 is none.
 *
 * Errors: as `exactJson`.
 */
export function jsonAsWritten(text: string): unknown {
  return whole(new ExactReader(text, (number) => isLong(number) || !isIntegerText(number)));
}

const isLong = (number: string): boolean => number.length >= 16;

function whole(reader: ExactReader, type?: DataType): unknown {
  const value = reader.value(0, type);
  reader.end();
  return value;
}

class ExactReader {
  private at = 0;

  constructor(
    private readonly text: string,
    /** Whether the text of a number is kept. */
    private readonly keeps: (number: string) => boolean,
  ) {}

  value(depth: number, type?: DataType): unknown {
    if (depth > maxDepth) throw new RangeError(`JSON is nested deeper than ${maxDepth}`);
    this.blanks();
    const first = this.text.charCodeAt(this.at);
    if (type?.type === 'string' && first !== 34) return this.asText(depth);
    switch (first) {
      case 123:
        return this.object(depth, type);
      case 91:
        return this.array(depth, type?.type === 'array' ? type.element : undefined);
      case 34:
        return this.string();
      default:
        return this.literal();
    }
  }

  end(): void {
    this.blanks();
    if (this.at < this.text.length) this.refuse();
  }

  private asText(depth: number): unknown {
    const start = this.at;
    const value = this.value(depth);
    return value === null ? null : new JsonText(this.text.slice(start, this.at));
  }

  private object(depth: number, type: DataType | undefined): unknown {
    const object = {};
    const typeOf = propertyTypes(type);
    this.at++;
    if (this.next(125)) return object;
    do {
      this.blanks();
      if (this.text.charCodeAt(this.at) !== 34) this.refuse();
      const name = this.string();
      if (!this.next(58)) this.refuse();
      const known = typeOf(name);
      const value = this.value(depth + 1, known);
      if (known === undefined || !Object.hasOwn(object, name)) setField(object, name, value);
      else addValue(object, name, value);
    } while (this.next(44));
    if (!this.next(125)) this.refuse();
    return object;
  }

  private array(depth: number, type: DataType | undefined): unknown {
    const array: unknown[] = [];
    this.at++;
    if (this.next(93)) return array;
    do array.push(this.value(depth + 1, type));
    while (this.next(44));
    if (!this.next(93)) this.refuse();
    return array;
  }

  /** The closing quote is the first with an even number of backslashes before it. */
  private string(): string {
    const start = this.at;
    let at = start + 1;
    for (let code = this.text.charCodeAt(at); code !== 34; code = this.text.charCodeAt(at)) {
      if (Number.isNaN(code)) this.refuse(start);
      at += code === 92 ? 2 : 1;
    }
    this.at = at + 1;
    return JSON.parse(this.text.slice(start, this.at)) as string;
  }

  private literal(): unknown {
    const start = this.at;
    let end = start;
    while (isLiteralCode(this.text.charCodeAt(end))) end++;
    this.at = end;
    const text = this.text.slice(start, end);
    if (text === '') this.refuse();
    if (!isNumberText(text) || !this.keeps(text)) return JSON.parse(text);
    JSON.parse(text); // refuses what is no number of JSON: 01, +1, 1.
    return new NumberText(text);
  }

  /** Takes a character behind blanks. */
  private next(code: number): boolean {
    this.blanks();
    if (this.text.charCodeAt(this.at) !== code) return false;
    this.at++;
    return true;
  }

  private blanks(): void {
    let code = this.text.charCodeAt(this.at);
    while (code === 32 || code === 10 || code === 13 || code === 9) {
      code = this.text.charCodeAt(++this.at);
    }
  }

  private refuse(at = this.at): never {
    const found = this.text.slice(at, at + 10);
    throw new SyntaxError(
      found === ''
        ? 'Unexpected end of JSON input'
        : `Unexpected ${JSON.stringify(found)} in JSON at position ${at}`,
    );
  }
}

/** Keeps one more value of a property that is there. */
function addValue(object: object, name: string, value: unknown): void {
  const before = (object as Record<string, unknown>)[name];
  const repeated = before instanceof Repeated ? before : new Repeated(before);
  repeated.values.push(value);
  setField(object, name, repeated);
}

/** The types of an object's properties, where they are known. */
function propertyTypes(type: DataType | undefined): (name: string) => DataType | undefined {
  if (type?.type === 'map') return () => type.value;
  if (type?.type !== 'struct') return () => undefined;
  const types = fieldTypes(type);
  return (name) => types.get(name);
}

/** Characters of numbers, true, false and null. */
function isLiteralCode(code: number): boolean {
  return (
    (code >= 48 && code <= 57) ||
    (code >= 97 && code <= 122) ||
    code === 45 ||
    code === 43 ||
    code === 46 ||
    code === 69
  );
}
