import { StreamingError } from '../errors.js';
import type { MaybePromise } from '../maybe.js';
import { codeOf, reasonOf } from '../thrown.js';

const notAFolder = 'it, or a folder above it, is a file';
const notAllowed = 'this process may not read it, or write there';
const full = 'the disk is full';

const reasons: Readonly<Record<string, string>> = {
  EACCES: notAllowed,
  EDQUOT: full,
  EEXIST: notAFolder,
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'no folder can be made there',
  ENOSPC: full,
  ENOTDIR: notAFolder,
  EPERM: notAllowed,
  EROFS: 'it is on a disk that is read-only',
};

/** What to do about a place, by what the system has against it. */
const fixes: Readonly<Record<string, string>> = {
  [notAFolder]: 'name a folder',
  [notAllowed]: 'give it the right, or name another folder',
  [full]: 'make room, or name a folder on another disk',
};
const otherFix = 'name another folder, where this process may write';

/** Why the system refuses a place on the disk, and what to do; undefined for all other errors. */
export function placeFault(
  error: unknown,
): { readonly reason: string; readonly fix: string } | undefined {
  const reason = reasons[String(codeOf(error))];
  if (reason === undefined) return undefined;
  return { reason: `${reason} (${reasonOf(error)})`, fix: fixes[reason] ?? otherFix };
}

/** Whether the system would not let this process read or write: it says nothing about what is there. */
export function isForbidden(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'EACCES' || code === 'EPERM';
}

/** Whether the disk takes no writes: the place itself is fine, and so is what lies there. */
function isUnwritable(error: unknown): boolean {
  const code = codeOf(error);
  return isForbidden(error) || code === 'EROFS' || code === 'ENOSPC' || code === 'EDQUOT';
}

type LocationCode = 'CHECKPOINT_LOCATION' | 'SAVEPOINT_LOCATION' | 'SINK_LOCATION';

/** What the system has against `directory` as an error with a code; any other error as it is. */
export function placeError(code: LocationCode, directory: string, cause: unknown): unknown {
  const fault = placeFault(cause);
  if (fault === undefined) return cause;
  return new StreamingError(code, { directory, ...fault }, { cause });
}

/** What has failed in the checkpoint at `location`: with a code where the disk takes no writes there. */
export function checkpointError(location: string, cause: unknown): unknown {
  return isUnwritable(cause) ? placeError('CHECKPOINT_LOCATION', location, cause) : cause;
}

/** Runs `body`; what the system has against `directory` becomes an error with a code. */
export async function inPlace<T>(
  code: LocationCode,
  directory: string,
  body: () => MaybePromise<T>,
): Promise<T> {
  try {
    return await body();
  } catch (cause) {
    throw placeError(code, directory, cause);
  }
}
