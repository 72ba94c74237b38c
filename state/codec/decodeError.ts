import * as E from 'fp-ts/lib/Either.js';

/** Why bytes are no key or value. The store makes `STATE_CORRUPT` of it. */
export class DecodeError {
  constructor(
    readonly reason: string,
    readonly offset: number,
  ) {}
}

/** Runs a reader that throws `DecodeError`: throwing is what makes reading fast, not part of its port. */
export function decoded<A>(read: () => A): E.Either<DecodeError, A> {
  try {
    return E.right(read());
  } catch (error) {
    if (error instanceof DecodeError) return E.left(error);
    throw error;
  }
}
