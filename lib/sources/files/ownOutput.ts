import { join, resolve } from 'node:path';
import { isWithin } from '../../checkpoint/overlap.js';
import { realPathOf } from '../../checkpoint/realPathOf.js';
import { StreamingError } from '../../errors.js';
import type { WrittenFolder } from '../source.js';
import type { ResolvedFileOptions } from './fileSourceOptions.js';
import { isListed } from './listedPath.js';

/**
 * Refuses to read where the query itself writes: it would feed on itself. A folder below that no listing
 * comes to is fine. Links among the folders of the source are not followed here.
 *
 * Errors: `SOURCE_READS_OUTPUT`.
 */
export function refuseOwnOutput(
  { source, globs, recursive }: Pick<ResolvedFileOptions, 'source' | 'globs' | 'recursive'>,
  written: readonly WrittenFolder[],
): void {
  for (const glob of globs) {
    const root = realPathOf(glob.root);
    for (const { output, folder: given, files, hasManifest } of written) {
      const folder = realPathOf(resolve(given));
      const isHidden = hasManifest === true && isWithin(root, folder);
      const isRead = files.some((file) =>
        isListed({ ...glob, root }, join(folder, file), recursive),
      );
      if (!isHidden && !isRead) continue;
      const reason = isHidden
        ? 'in the folder of a file sink a source sees only what its manifest names'
        : 'it would read what it has written, without end';
      throw new StreamingError('SOURCE_READS_OUTPUT', {
        source,
        path: glob.pattern,
        output,
        folder: resolve(given),
        reason,
      });
    }
  }
}
