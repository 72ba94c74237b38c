import { crc32 } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import { StreamingError } from '../errors.js';
import type { Json } from '../sources/source.js';

/*
 * The form of every file that a checkpoint publishes. Persistent format v1: add, never change.
 *
 * file   := header "\n" body "\n"
 * header := "millrace " kind " " format " " queryId " " batchId " " fence " " length " " crc
 * body   := JSON in UTF-8, `length` bytes
 * crc    := CRC-32 of all of the header before it and the body, eight hexadecimal digits
 */
const checkpointFormat = 1;

export interface CheckpointFile {
  /** 'plan', 'metadata', 'run'. */
  readonly kind: string;
  readonly queryId: string;
  /** −1 where the file belongs to no batch. */
  readonly batchId: number;
  /** Number of the run that wrote it; a later run has a larger one. */
  readonly fence: number;
  readonly body: Json;
}

export function encodeCheckpointFile({ body, ...head }: CheckpointFile): Uint8Array {
  return encodeCheckpointBody(head, [Buffer.from(JSON.stringify(body))]);
}

/** The same, where the parts of the body are bytes already. */
export function encodeCheckpointBody(
  { kind, queryId, batchId, fence }: Omit<CheckpointFile, 'body'>,
  body: readonly Uint8Array[],
): Uint8Array {
  const length = body.reduce((sum, part) => sum + part.length, 0);
  const head = `millrace ${kind} ${checkpointFormat} ${queryId} ${batchId} ${fence} ${length} `;
  const line = Buffer.from(`${head}${checksum(head, body)}\n`);
  return Buffer.concat([line, ...body, Buffer.from('\n')]);
}

function checksum(head: string, body: readonly Uint8Array[]): string {
  const crc = body.reduce((sum, part) => crc32(part, sum), crc32(head));
  return crc.toString(16).padStart(8, '0');
}

/** What is wrong with a file: its form, or a format of another release. */
export type FileFault =
  | { readonly _tag: 'Damaged'; readonly reason: string }
  | { readonly _tag: 'OtherFormat'; readonly found: string };

const header =
  /^(millrace ([a-z]+) (\d{1,9}) ([\x21-\x7e]{1,200}) (-?\d{1,15}) (\d{1,15}) (\d{1,15}) )([0-9a-f]{8})$/;
const longestHeader = 400;

export function decodeCheckpointFile(
  bytes: Uint8Array,
  kind: string,
): E.Either<FileFault, CheckpointFile> {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lineEnd = content.subarray(0, longestHeader).indexOf(0x0a);
  if (lineEnd < 0) return damaged(content.length === 0 ? 'it is empty' : 'it has no header');
  const parts = header.exec(content.toString('latin1', 0, lineEnd));
  if (parts === null) return damaged('its header is unreadable');
  const [, head = '', found, format = '', queryId = '', batchId, fence, length, crc] = parts;
  if (Number(format) !== checkpointFormat) return E.left({ _tag: 'OtherFormat', found: format });
  if (found !== kind) return damaged(`it is a ${found} file, not a ${kind} file`);
  const body = content.subarray(lineEnd + 1, -1);
  if (body.length !== Number(length) || content.at(-1) !== 0x0a) {
    return damaged(`it has ${content.length} bytes instead of ${lineEnd + 2 + Number(length)}`);
  }
  if (checksum(head, [body]) !== crc) return damaged('its checksum does not match');
  return E.map((json: Json) => ({
    kind,
    queryId,
    batchId: Number(batchId),
    fence: Number(fence),
    body: json,
  }))(parse(body));
}

function parse(body: Buffer): E.Either<FileFault, Json> {
  try {
    return E.right(JSON.parse(body.toString('utf8')) as Json);
  } catch {
    return damaged('its content is no JSON');
  }
}

function damaged(reason: string): E.Either<FileFault, never> {
  return E.left({ _tag: 'Damaged', reason });
}

/**
 * The file, or the coded error that names it: `CHECKPOINT_DAMAGED`, `CHECKPOINT_FORMAT_UNSUPPORTED`,
 * `CHECKPOINT_QUERY_ID`.
 */
export function readCheckpointFile(
  path: string,
  bytes: Uint8Array,
  expected: { readonly kind: string; readonly queryId?: string; readonly batchId?: number },
): CheckpointFile {
  const decoded = decodeCheckpointFile(bytes, expected.kind);
  if (E.isLeft(decoded)) throw faultOf(path, decoded.left);
  const { queryId, batchId } = decoded.right;
  if (expected.queryId !== undefined && queryId !== expected.queryId) {
    const params = { file: path, expected: expected.queryId, found: queryId };
    throw new StreamingError('CHECKPOINT_QUERY_ID', params);
  }
  if (expected.batchId !== undefined && batchId !== expected.batchId) {
    throw damagedFile(path, `it is the plan of batch ${batchId}`);
  }
  return decoded.right;
}

function faultOf(file: string, fault: FileFault): StreamingError {
  if (fault._tag === 'Damaged') return damagedFile(file, fault.reason);
  const supported = String(checkpointFormat);
  return new StreamingError('CHECKPOINT_FORMAT_UNSUPPORTED', {
    file,
    found: fault.found,
    supported,
  });
}

export function damagedFile(file: string, reason: string): StreamingError<'CHECKPOINT_DAMAGED'> {
  return new StreamingError('CHECKPOINT_DAMAGED', { file, reason });
}
