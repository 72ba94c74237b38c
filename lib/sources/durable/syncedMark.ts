import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { AppendFile, AppendFiles } from '../../checkpoint/appendFiles.js';
import type { FileSystem } from '../../checkpoint/fileSystem.js';

/*
 * Persistent format v1 of the file `durable.synced` beside the segments of a log: add, never change.
 *
 *   file   := mark*                     the last whole one counts
 *   mark   := offset crc
 *   offset := u48                       every row up to it has been synced, and acknowledged
 *   crc    := u32                       CRC-32 of offset
 *
 * All numbers are little-endian. It is begun anew with each segment and never synced itself: written
 * after a sync, it may be behind the log and never in front of it.
 */

/** Name of the file; a copy of the log needs none, and must not have a newer one. */
export const syncedMarkName = 'durable.synced';

const markBytes = 10;

/** Says how far a log has been synced, for a log whose end is cut off later. */
export class SyncedMark {
  private constructor(private readonly file: AppendFile) {}

  /** Begins the file anew. */
  static async begin(files: AppendFiles, directory: string, upTo: number): Promise<SyncedMark> {
    const mark = new SyncedMark(await files.create(join(directory, syncedMarkName)));
    try {
      await mark.reached(upTo);
    } catch (error) {
      await mark.close();
      throw error;
    }
    return mark;
  }

  async reached(upTo: number): Promise<void> {
    const bytes = Buffer.alloc(markBytes);
    bytes.writeUIntLE(upTo, 0, 6);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 6)), 6);
    await this.file.append(bytes);
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

/** How far the log in `directory` had been synced at least; 0 if nothing says it. */
export async function syncedUpTo(files: FileSystem, directory: string): Promise<number> {
  const content = await files.read(join(directory, syncedMarkName));
  if (content === undefined) return 0;
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  let upTo = 0;
  for (let at = 0; at + markBytes <= bytes.length; at += markBytes) {
    if (crc32(bytes.subarray(at, at + 6)) !== bytes.readUInt32LE(at + 6)) break;
    upTo = bytes.readUIntLE(at, 6);
  }
  return upTo;
}
