import { inSourceFolder } from '../checkpoint/sourceFolder.js';
import { StreamingError } from '../errors.js';
import { type MaybePromise, then } from '../maybe.js';
import type { SourceContext } from './source.js';

/**
 * When the query on this checkpoint was first started, in ms since the epoch.
 *
 * Persistent format v1, file `start` in the source's folder: JSON `{"v":1,"startMs":n}`. It is
 * published once and never replaced; without a checkpoint the run itself is the first start.
 */
export function firstOpenedMs(ctx: SourceContext): MaybePromise<number> {
  const { directory, fileSystem } = ctx;
  if (directory === undefined) return ctx.now();
  const path = startPath(directory);
  return then(fileSystem.read(path), (content) => {
    if (content !== undefined) return startIn(content, path);
    const startMs = ctx.now();
    const bytes = new TextEncoder().encode(`${JSON.stringify({ v: 1, startMs })}\n`);
    return inSourceFolder(directory, () =>
      then(fileSystem.makeDirectory(directory), () =>
        then(fileSystem.publish(path, bytes), () => startMs),
      ),
    );
  });
}

export function startPath(directory: string): string {
  return `${directory}/start`;
}

/** Throws `CHECKPOINT_DAMAGED`. */
export function startIn(content: Uint8Array, path: string): number {
  const startMs = startOf(new TextDecoder().decode(content));
  if (startMs !== undefined) return startMs;
  throw new StreamingError('CHECKPOINT_DAMAGED', {
    file: path,
    reason: 'it does not say {"v":1,"startMs":n}',
  });
}

function startOf(text: string): number | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { v, startMs } = value as { readonly v?: unknown; readonly startMs?: unknown };
  return v === 1 && typeof startMs === 'number' && Number.isSafeInteger(startMs)
    ? startMs
    : undefined;
}
