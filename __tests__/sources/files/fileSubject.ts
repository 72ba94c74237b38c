import type { Json, StreamSource } from '../../../lib/sources/source.js';
import type { SourceUnderTest } from '../../../lib/testing/sourceContract.js';
import { MemoryFileSystem, sourceContext } from '../sourceContext.js';

/** A source of files whose rows arrive as one new file per `add`. */
export function fileSubject<T>(
  source: StreamSource<T>,
  write: (file: number, rows: readonly T[]) => void,
  survivesRestart: boolean,
  maxRowsPerBatch?: number,
): SourceUnderTest<T> {
  const fileSystem = new MemoryFileSystem();
  const directory = survivesRestart ? '/checkpoint/sources/0' : undefined;
  let files = 0;
  return {
    source,
    context: (resumeFrom: Json) => sourceContext({ fileSystem, directory, resumeFrom }),
    add: (rows) => write(files++, rows),
    survivesRestart,
    ...(maxRowsPerBatch === undefined ? {} : { maxRowsPerBatch }),
  };
}
