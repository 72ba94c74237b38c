import type { StreamSource } from '../../index.js';
import { nodeFileSystem } from '../../lib/checkpoint/nodeFileSystem.js';

/** The rows of a source from beginning to end, without a query. */
export async function* readChunks<T>(source: StreamSource<T>): AsyncGenerator<readonly T[]> {
  const opened = await source.open({
    sourceId: 'check',
    directory: undefined,
    fileSystem: nodeFileSystem(),
    resumeFrom: null,
    now: () => 0,
    wake: () => undefined,
  });
  try {
    const end = await opened.latestOffset(null, 'everything');
    if (end === null) return;
    const report = {
      failed: (_raw: unknown, error: Error) => {
        throw error;
      },
      dropped: () => undefined,
    };
    yield* opened.read(null, end, report);
  } finally {
    await opened.close();
  }
}
