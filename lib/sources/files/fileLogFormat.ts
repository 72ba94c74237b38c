import { crc32 } from 'node:zlib';
import { StreamingError } from '../../errors.js';
import type { Fingerprint } from './fingerprint.js';

/**
 * Persistent format v1 of the log of planned files: add, never change.
 *
 *     segment := header '\n' entries
 *     header  := {"format":"millrace-files","version":1,"first":i,"last":i,"bytes":n,"crc":c}
 *     entries := one JSON object a line, each ended by '\n'; rising index
 *     name    := first '-' last '-' level '.files', numbers in decimal, 12, 12 and 2 digits
 *
 * `bytes` and `crc` (CRC-32) are of `entries`. A segment holds the files `first` to `last` less those
 * that were dropped as committed and too old to be read again.
 */
export interface LoggedFile extends Fingerprint {
  /** Position in the order of reading, from 0. */
  readonly index: number;
  /** Native, absolute. */
  readonly path: string;
  readonly base: string;
}

export interface SegmentName {
  readonly first: number;
  readonly last: number;
  /** How many merges made it. */
  readonly level: number;
}

export function segmentFile(name: SegmentName): string {
  const [first, last] = [name.first, name.last].map((n) => String(n).padStart(12, '0'));
  return `${first}-${last}-${String(name.level).padStart(2, '0')}.files`;
}

export function parseSegmentFile(file: string): SegmentName | undefined {
  const match = /^(\d{12})-(\d{12})-(\d{2})\.files$/.exec(file);
  if (!match) return undefined;
  return { first: Number(match[1]), last: Number(match[2]), level: Number(match[3]) };
}

export function encodeSegment(name: SegmentName, entries: readonly LoggedFile[]): Uint8Array {
  const body = Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  const header = {
    format: 'millrace-files',
    version: 1,
    first: name.first,
    last: name.last,
    bytes: body.length,
    crc: crc32(body),
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]);
}

/** @throws `CHECKPOINT_DAMAGED`, `CHECKPOINT_FORMAT_UNSUPPORTED` */
export function decodeSegment(
  file: string,
  name: SegmentName,
  content: Uint8Array,
): readonly LoggedFile[] {
  const damaged = (reason: string) => new StreamingError('CHECKPOINT_DAMAGED', { file, reason });
  const end = content.indexOf(10);
  const header = end < 0 ? undefined : parsed(content.subarray(0, end));
  if (!isObject(header) || header.format !== 'millrace-files') throw damaged('it has no header');
  if (header.version !== 1) {
    const found = String(header.version);
    throw new StreamingError('CHECKPOINT_FORMAT_UNSUPPORTED', { file, found, supported: '1' });
  }
  if (header.first !== name.first || header.last !== name.last) throw damaged('its name is wrong');
  const body = content.subarray(end + 1);
  if (header.bytes !== body.length || header.crc !== crc32(body)) {
    throw damaged('length or checksum do not match');
  }
  const lines = Buffer.from(body).toString('utf8').split('\n');
  lines.pop();
  return lines.map((line) => {
    const entry = parsed(Buffer.from(line));
    if (!isLoggedFile(entry)) throw damaged(`${line.slice(0, 100)} is no entry`);
    return entry;
  });
}

function isLoggedFile(entry: unknown): entry is LoggedFile {
  return (
    isObject(entry) &&
    Number.isSafeInteger(entry.index) &&
    typeof entry.path === 'string' &&
    typeof entry.base === 'string' &&
    Number.isSafeInteger(entry.size) &&
    typeof entry.modifiedNs === 'string' &&
    /^\d{1,19}$/.test(entry.modifiedNs) &&
    typeof entry.inode === 'string' &&
    Number.isSafeInteger(entry.crc)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
