import { basename, dirname } from 'node:path';
import { StreamingError } from '../errors.js';
import { scanSegment } from './durable/scanSegment.js';
import { decodeSegment, parseSegmentFile } from './files/fileLogFormat.js';
import { startIn, startPath } from './rateStart.js';

/**
 * Checks a file that a source keeps in the checkpoint: a segment of a `durable` log, or of the list of
 * files that were planned, or when a `rate` was first started. Throws `CHECKPOINT_DAMAGED`,
 * `CHECKPOINT_FORMAT_UNSUPPORTED`.
 *
 * @param kind of the source; undefined: the checkpoint does not say it.
 */
export function examineSourceFile(
  path: string,
  content: Uint8Array,
  kind: string | undefined,
): void {
  const name = basename(path);
  if (kind === 'rate' && path === startPath(dirname(path))) startIn(content, path);
  const list = parseSegmentFile(name);
  if (list !== undefined) decodeSegment(path, list, content);
  const first = /^(\d{16})\.log$/.exec(name)?.[1];
  if (first === undefined) return;
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const { damaged, next } = scanSegment(bytes, Number(first));
  if (!damaged) return;
  throw new StreamingError('CHECKPOINT_DAMAGED', {
    file: path,
    reason: `row ${next} cannot be read`,
  });
}
