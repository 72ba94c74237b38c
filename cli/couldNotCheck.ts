import { StreamingError } from '../lib/errors.js';
import { codeOf } from '../lib/thrown.js';

/** What the place says, not the state: a copy to look at needs room and the right to write beside it. */
const ofThePlace =
  /ENOSPC|EDQUOT|EROFS|EACCES|EPERM|EMFILE|ENFILE|No space left|Read-only file system|Permission denied|Too many open files/;

/** Throws for an error that says nothing about the state. */
export function refuseUnchecked(error: Error): void {
  const unchecked = uncheckedBy(error);
  if (unchecked !== undefined) throw unchecked;
}

/**
 * What to say instead of an error that says nothing about the state: it could not be checked, and must not be
 * called damaged. undefined: the error is about the state.
 */
export function uncheckedBy(error: Error): StreamingError | undefined {
  let found: Error | undefined;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (ofThePlace.test(`${codeOf(cause)} ${cause.message}`)) found = cause;
  }
  if (found === undefined) return undefined;
  return new StreamingError('STATE_NOT_CHECKED', { reason: found.message }, { cause: error });
}
