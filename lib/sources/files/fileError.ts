import { StreamingError } from '../../errors.js';
import { reasonOf } from '../../thrown.js';

/** An error of the file system about a file of a source; one that is coded already passes. */
export function fileError(source: string, path: string, error: unknown): StreamingError {
  if (error instanceof StreamingError) return error;
  const cause = reasonOf(error);
  const reason = `${cause}; check that it is whole and that this process may read it`;
  return new StreamingError('SOURCE_UNREADABLE', { source, path, reason }, { cause: error });
}
