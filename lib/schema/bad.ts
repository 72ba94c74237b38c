/** What a reader answers for a value that is not of its type. Nothing is thrown per record. */
export const BAD: unique symbol = Symbol('BAD');

/** A converted value, or the answer that there is none. */
export type Converted<T> = T | typeof BAD;

/** Reads one value that is not null; `BAD` if it is not of the type. */
export type ValueReader<In> = (value: In) => unknown;
