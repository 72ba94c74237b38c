import { crc32 } from 'node:zlib';
import { StreamingError } from '../../errors.js';

/**
 * Persistent format v1: add, never change.
 *
 *   file   := "millrace-sink 1 " kind " " crc32 " " length LF body LF
 *   kind   := "entry" | "owner" | "pending"
 *   crc32  := eight hex digits, of the body
 *   length := bytes of the body, decimal
 *   body   := JSON in UTF-8
 */
export type EnvelopeKind = 'entry' | 'owner' | 'pending';

const version = 1;
const longestHeader = 64;

export function seal(kind: EnvelopeKind, body: unknown): Uint8Array {
  const bytes = Buffer.from(JSON.stringify(body), 'utf8');
  const header = `millrace-sink ${version} ${kind} ${hex(crc32(bytes))} ${bytes.length}\n`;
  return Buffer.concat([Buffer.from(header, 'latin1'), bytes, Buffer.from('\n')]);
}

/**
 * The body of `content`, as unknown data.
 *
 * Errors: `SINK_DAMAGED`, and `SINK_FORMAT_UNSUPPORTED` for a version that is newer than this build.
 */
export function unseal(kind: EnvelopeKind, file: string, content: Uint8Array): unknown {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const end = bytes.subarray(0, longestHeader).indexOf(0x0a);
  const header = bytes.toString('latin1', 0, Math.max(end, 0));
  const parts = /^millrace-sink (\d{1,9}) ([a-z]+) ([0-9a-f]{8}) (\d{1,15})$/.exec(header);
  if (parts === null || Number(parts[1]) < 1)
    throw damaged(file, 'it does not begin as a manifest file');
  if (Number(parts[1]) > version) {
    const found = String(parts[1]);
    throw new StreamingError('SINK_FORMAT_UNSUPPORTED', {
      file,
      found,
      supported: String(version),
    });
  }
  const body = bytes.subarray(end + 1, -1);
  if (parts[2] !== kind) throw damaged(file, `it is of kind ${parts[2]}, not ${kind}`);
  if (body.length !== Number(parts[4]) || bytes.at(-1) !== 0x0a) {
    throw damaged(file, `it has ${body.length} bytes instead of ${parts[4]}`);
  }
  if (hex(crc32(body)) !== parts[3]) throw damaged(file, 'its checksum does not match');
  return JSON.parse(body.toString('utf8'));
}

export function damaged(file: string, reason: string): StreamingError<'SINK_DAMAGED'> {
  return new StreamingError('SINK_DAMAGED', { file, reason });
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
