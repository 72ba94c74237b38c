import { StreamingError } from '../errors.js';
import { scanSegment } from './durable/scanSegment.js';
import { decodeSegment, parseSegmentFile } from './files/fileLogFormat.js';

/**
 * Checks a file that a source keeps in the checkpoint: a segment of a `durable` log, or of the list of
 * files that were planned. Throws `CHECKPOINT_DAMAGED`, `CHECKPOINT_FORMAT_UNSUPPORTED`.
 */
export function examineSourceFile(path: string, name: string, content: Uint8Array): void {
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
