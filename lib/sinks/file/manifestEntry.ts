import { damaged, seal, unseal } from './envelope.js';

/** A committed data file. */
export interface ManifestFile {
  /** Relative to the folder of the sink, with `/`. */
  readonly path: string;
  readonly batchId: number;
  readonly rows: number;
  readonly size: number;
  readonly crc32: number;
  /** Processing time of the commit in ms since the epoch, if the sink was given a clock. */
  readonly committedAtMs: number | null;
}

/**
 * One file of the manifest: a batch, or the batches of ten entries that it took the place of.
 *
 * `previous` is the `last` of the entry before, −1 if there is none: so a lost entry breaks the chain,
 * and batch ids may still have holes (a query may have written to another sink for a while).
 */
export interface ManifestEntry {
  readonly queryId: string;
  readonly first: number;
  readonly last: number;
  readonly previous: number;
  /** 0 for a batch; ten entries of level n make one of level n + 1. */
  readonly level: number;
  /** Batches below have left the manifest by retention. */
  readonly retainedFrom: number;
  readonly files: readonly ManifestFile[];
}

export function encodeEntry(entry: ManifestEntry): Uint8Array {
  return seal('entry', entry);
}

/** Errors: `SINK_DAMAGED`, `SINK_FORMAT_UNSUPPORTED`. A checkpoint is input too: read as data. */
export function decodeEntry(file: string, content: Uint8Array): ManifestEntry {
  const body = unseal('entry', file, content);
  if (!isEntry(body)) throw damaged(file, 'its content is no manifest entry');
  return body;
}

function isEntry(body: unknown): body is ManifestEntry {
  const entry = fieldsOf(body);
  return (
    typeof entry.queryId === 'string' &&
    isWhole(entry.first) &&
    isWhole(entry.last) &&
    entry.first <= entry.last &&
    isWhole(entry.level) &&
    isWhole(entry.retainedFrom) &&
    (entry.previous === -1 || isWhole(entry.previous)) &&
    Array.isArray(entry.files) &&
    entry.files.every(isFile)
  );
}

function isFile(body: unknown): body is ManifestFile {
  const file = fieldsOf(body);
  return (
    typeof file.path === 'string' &&
    isInside(file.path) &&
    isWhole(file.batchId) &&
    isWhole(file.rows) &&
    isWhole(file.size) &&
    isWhole(file.crc32) &&
    (file.committedAtMs === null || Number.isFinite(file.committedAtMs))
  );
}

/** A path that stays in the folder that it is joined to. */
export function isInside(path: string): boolean {
  if (path.startsWith('/') || /[\\\0]/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The fields of a value that was parsed; of anything but an object, none. */
export function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}
