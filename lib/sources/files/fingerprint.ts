import type { BigIntStats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { StreamingError } from '../../errors.js';
import { codeOf } from '../../thrown.js';
import { fileError } from './fileError.js';

/** What tells a planned file from another one under its name. */
export interface Fingerprint {
  readonly size: number;
  /** Nanoseconds since the epoch, in decimal: beyond 2^53. */
  readonly modifiedNs: string;
  readonly inode: string;
  /** CRC-32 of the first and the last 64 KiB. */
  readonly crc: number;
}

const sampleBytes = 65_536;

/** What helps where a planned range cannot be read again. */
export const restoreOrStartAnew =
  'move the file itself back (a copy does for at most 128 KiB), or start on a new checkpoint';

/** The fingerprint of an open file; undefined if it is no regular file. */
async function fingerprintOf(handle: FileHandle): Promise<Fingerprint | undefined> {
  const stat = await handle.stat({ bigint: true });
  if (!stat.isFile()) return undefined;
  return { ...fieldsOf(stat), crc: await sampleCrc(handle, Number(stat.size)) };
}

/** As above, by path; undefined if the file is gone. */
export async function fingerprintAt(
  source: string,
  path: string,
): Promise<Fingerprint | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path);
    return await fingerprintOf(handle);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw fileError(source, path, error);
  } finally {
    await handle?.close();
  }
}

/**
 * Refuses a file that is not the one that was planned.
 *
 * A copy that was put back is the same where the CRC knows all of it. Of a larger file any difference
 * counts, also a new inode with equal bytes at both ends: the middle is not compared.
 *
 * Errors: `SOURCE_DATA_LOST` if it is gone or shorter, `SOURCE_CHANGED` if it is another one.
 */
export async function requireUnchanged(
  source: string,
  path: string,
  planned: Fingerprint,
): Promise<void> {
  const found = await fingerprintAt(source, path);
  if (found === undefined || found.size < planned.size) {
    throw new StreamingError('SOURCE_DATA_LOST', {
      source,
      file: path,
      wanted: `${planned.size} bytes`,
      found: found === undefined ? 'no file' : `${found.size} bytes`,
      fix: restoreOrStartAnew,
    });
  }
  const change = difference(planned, found);
  if (change) throw new StreamingError('SOURCE_CHANGED', { source, file: path, change });
}

function difference(planned: Fingerprint, found: Fingerprint): string | undefined {
  if (planned.size !== found.size) return `it had ${planned.size} bytes and has ${found.size}`;
  if (planned.crc !== found.crc) return 'its content is another one';
  if (planned.size <= 2 * sampleBytes) return undefined;
  if (planned.modifiedNs !== found.modifiedNs) return 'it was written again';
  if (planned.inode !== found.inode) return 'it was replaced';
  return undefined;
}

function fieldsOf(stat: BigIntStats) {
  return {
    size: Number(stat.size),
    modifiedNs: String(stat.mtimeNs),
    inode: String(stat.ino),
  };
}

async function sampleCrc(handle: FileHandle, size: number): Promise<number> {
  const sample = Buffer.allocUnsafe(Math.min(size, sampleBytes));
  const head = await handle.read(sample, 0, sample.length, 0);
  let crc = crc32(sample.subarray(0, head.bytesRead));
  if (size > sampleBytes) {
    const tail = await handle.read(sample, 0, sample.length, Math.max(0, size - sampleBytes));
    crc = crc32(sample.subarray(0, tail.bytesRead), crc);
  }
  return crc;
}
