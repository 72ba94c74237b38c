import { StreamingError } from '../../errors.js';
import type { Json } from '../source.js';
import type { InFile } from './fileFormat.js';

/**
 * A position in the order of all planned files: the files before number `file` have been read, and of
 * this one what lies before `byte` and `row`.
 */
export interface FileOffset extends InFile {
  readonly file: number;
  readonly [key: string]: Json;
}

export const beforeAllFiles: FileOffset = { file: 0, byte: 0, row: 0 };

export function sameOffset(a: FileOffset, b: FileOffset): boolean {
  return a.file === b.file && a.byte === b.byte && a.row === b.row;
}

/** Reads an offset of a checkpoint: it is input, too. */
export function fileOffsetOf(json: Json, source: string): FileOffset | null {
  if (json === null) return null;
  if (typeof json === 'object' && !Array.isArray(json)) {
    const { file, byte, row } = json as { readonly [key: string]: Json };
    if (isCount(file) && isCount(byte) && isCount(row)) return { file, byte, row };
  }
  throw new StreamingError('CHECKPOINT_INCOMPATIBLE', {
    what: source,
    change: `has the offset ${JSON.stringify(json)}, which is none of a file source`,
    allowed: 'start on a new checkpoint',
  });
}

function isCount(value: Json | undefined): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
