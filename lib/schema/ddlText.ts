import type { Column, DdlProblem } from './columnShape.js';
import type { ArrayShape, MapShape, StructShape, TypeNames } from './valueOf.js';

/*
 * The grammar of `parseDdl`, read by the compiler. Each step takes text from the front and gives what
 * it read and the rest, or a `DdlProblem`. Loops are tail calls, so a schema may have 999 columns; it
 * costs about one instantiation per character of names and types.
 */

type Blank = ' ' | '\n' | '\t' | '\r';
type Stop = Blank | ',' | '<' | '>' | '(' | ')' | ':' | '`' | "'" | '"' | '-' | '/';

/** Without leading blanks and comments. */
type Trim<S extends string> = S extends `${Blank}${infer Rest}`
  ? Trim<Rest>
  : S extends `--${infer Comment}`
    ? Comment extends `${string}\n${infer Rest}`
      ? Trim<Rest>
      : ''
    : S extends `/*${string}*/${infer Rest}`
      ? Trim<Rest>
      : S;

type Word<S extends string, Read extends string = ''> = S extends `${infer C}${infer Rest}`
  ? C extends Stop
    ? [Read, Trim<S>]
    : Word<Rest, `${Read}${C}`>
  : [Read, ''];

/** What stands in quotes, behind the opening one; doubled quotes stand for themselves. */
type Quoted<
  S extends string,
  Quote extends string,
  Read extends string = '',
> = S extends `${infer Inside}${Quote}${infer Rest}`
  ? Rest extends `${Quote}${infer More}`
    ? Quoted<More, Quote, `${Read}${Inside}${Quote}`>
    : [`${Read}${Inside}`, Trim<Rest>]
  : DdlProblem<`no closing ${Quote}`>;

type Name<S extends string> = S extends `\`${infer Rest}` ? Quoted<Rest, '`'> : Word<S>;

/** `[nullable, rest]`. */
type Nullable<S extends string> =
  Word<S> extends [infer Not extends string, infer Rest extends string]
    ? Uppercase<Not> extends 'NOT'
      ? Word<Rest> extends [infer Null extends string, infer Behind extends string]
        ? Uppercase<Null> extends 'NULL'
          ? [false, Behind]
          : DdlProblem<`expected NULL behind NOT, found "${Null}"`>
        : never
      : [true, S]
    : never;

/** Text behind a column, without its comment. */
type SkipComment<S extends string> =
  Word<S> extends [infer Keyword extends string, infer Rest extends string]
    ? Uppercase<Keyword> extends 'COMMENT'
      ? Rest extends `'${infer Text}`
        ? SkipString<Text, "'">
        : Rest extends `"${infer Text}`
          ? SkipString<Text, '"'>
          : ''
      : S
    : S;

type SkipString<
  S extends string,
  Quote extends string,
> = S extends `${infer Inside}${Quote}${infer Rest}`
  ? Inside extends `${string}\\`
    ? SkipString<Rest, Quote>
    : Rest extends `${Quote}${infer More}`
      ? SkipString<More, Quote>
      : Trim<Rest>
  : '';

type SkipColon<S extends string> = S extends `:${infer Rest}` ? Trim<Rest> : S;

/** `[type, rest]` or a problem. `Of` names the column in problems. */
export type ParseType<S extends string, Of extends string> =
  Word<S> extends [infer Written extends string, infer Rest extends string]
    ? TypeOfName<Uppercase<Written>, Written, Rest, Of>
    : never;

type TypeOfName<
  Name extends string,
  Written extends string,
  Rest extends string,
  Of extends string,
> = Name extends keyof TypeNames
  ? [TypeNames[Name], Rest]
  : Name extends 'DECIMAL' | 'DEC' | 'NUMERIC'
    ? Rest extends `(${string})${infer Behind}`
      ? ['decimal', Trim<Behind>]
      : ['decimal', Rest]
    : Name extends 'ARRAY'
      ? ParseArray<Rest, Of>
      : Name extends 'MAP'
        ? ParseMap<Rest, Of>
        : Name extends 'STRUCT'
          ? ParseStruct<Rest, Of>
          : Name extends ''
            ? DdlProblem<`a type is missing for column "${Of}"`>
            : DdlProblem<`unknown type "${Written}" of column "${Of}"`>;

type ParseArray<S extends string, Of extends string> = S extends `<${infer Inside}`
  ? ParseType<Trim<Inside>, Of> extends infer Element
    ? Element extends [infer Type, infer Rest extends string]
      ? Nullable<Rest> extends [infer Null, infer Behind extends string]
        ? Behind extends `>${infer After}`
          ? [ArrayShape<Type, Null>, Trim<After>]
          : DdlProblem<`expected ">" at the end of ARRAY<…> of column "${Of}"`>
        : Nullable<Rest>
      : Element
    : never
  : DdlProblem<`expected "<" behind ARRAY of column "${Of}"`>;

type ParseMap<S extends string, Of extends string> = S extends `<${infer Inside}`
  ? ParseType<Trim<Inside>, Of> extends infer Key
    ? Key extends [infer Type, `,${infer Rest}`]
      ? ParseMapValue<Type, Trim<Rest>, Of>
      : Key extends DdlProblem<string>
        ? Key
        : DdlProblem<`expected "," behind the key type of MAP<…> of column "${Of}"`>
    : never
  : DdlProblem<`expected "<" behind MAP of column "${Of}"`>;

type ParseMapValue<Key, S extends string, Of extends string> =
  ParseType<S, Of> extends infer Value
    ? Value extends [infer Type, infer Rest extends string]
      ? Nullable<Rest> extends [infer Null, infer Behind extends string]
        ? Behind extends `>${infer After}`
          ? [MapShape<Key, Type, Null>, Trim<After>]
          : DdlProblem<`expected ">" at the end of MAP<…> of column "${Of}"`>
        : Nullable<Rest>
      : Value
    : never;

type ParseStruct<S extends string, Of extends string> = S extends `<${infer Inside}`
  ? Trim<Inside> extends `>${infer After}`
    ? [StructShape<never>, Trim<After>]
    : Columns<Trim<Inside>> extends infer Inner
      ? Inner extends [infer Found, infer Rest extends string]
        ? Rest extends `>${infer After}`
          ? [StructShape<Found>, Trim<After>]
          : DdlProblem<`expected "," or ">" in STRUCT<…> of column "${Of}"`>
        : Inner
      : never
  : DdlProblem<`expected "<" behind STRUCT of column "${Of}"`>;

/** `[column, rest]` or a problem. */
type ParseColumn<S extends string> =
  Name<S> extends infer Named
    ? Named extends [infer Of extends string, infer Rest extends string]
      ? [Of, S] extends ['', Exclude<S, `\`${string}`>]
        ? DdlProblem<`expected a column name before "${S}"`>
        : ParseType<SkipColon<Rest>, Of> extends infer Typed
          ? Typed extends [infer Type, infer Behind extends string]
            ? Nullable<Behind> extends infer Suffix
              ? Suffix extends [infer Null extends boolean, infer After extends string]
                ? [readonly [Of, Type, Null], SkipComment<After>]
                : Suffix
              : never
            : Typed
          : never
      : Named
    : never;

/** `[union of columns, rest]` or a problem. */
type Columns<S extends string, Found extends Column = never> =
  ParseColumn<S> extends infer Parsed
    ? Parsed extends [infer C extends Column, infer Rest extends string]
      ? C[0] extends Found[0]
        ? DdlProblem<`column "${C[0]}" is there twice`>
        : Rest extends `,${infer More}`
          ? Columns<Trim<More>, Found | C>
          : [Found | C, Rest]
      : Parsed
    : never;

/** The union of columns of a DDL text, or a problem. */
export type ParseColumns<S extends string> =
  Trim<S> extends infer Text extends string
    ? Text extends ''
      ? never
      : Uppercase<Text> extends `STRUCT${Blank | ''}<${string}`
        ? Whole<ParseType<Text, 'struct'>>
        : Columns<Text> extends infer Parsed
          ? Parsed extends [infer Found, infer Rest extends string]
            ? Rest extends ''
              ? Found
              : DdlProblem<`expected "," or the end, found "${Rest}"`>
            : Parsed
          : never
    : never;

type Whole<Parsed> = Parsed extends [StructShape<infer Columns>, infer Rest]
  ? Rest extends ''
    ? Columns
    : DdlProblem<'expected the end behind STRUCT<…>'>
  : Parsed;
