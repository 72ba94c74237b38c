import { StreamingError } from '../lib/errors.js';

/** What the place says, not the state: a copy to look at needs room and the right to write beside it. */
const ofThePlace =
  /ENOSPC|EDQUOT|EROFS|EACCES|EPERM|EMFILE|ENFILE|No space left|Read-only file system|Permission denied|Too many open files/;

/**
 * Throws for an error that says nothing about the state: it could not be checked, and must not be called
 * damaged.
 */
export function refuseUnchecked(error: Error): void {
  let found: Error | undefined;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (ofThePlace.test(`${Reflect.get(cause, 'code')} ${cause.message}`)) found = cause;
  }
  if (found === undefined) return;
  throw new StreamingError('STATE_NOT_CHECKED', { reason: found.message }, { cause: error });
}
