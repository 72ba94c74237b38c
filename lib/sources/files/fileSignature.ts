import type { Json } from '../source.js';
import type { ResolvedFileOptions } from './fileSourceOptions.js';

/** What must not change between two runs of a file source on one checkpoint. */
export function fileSignature(format: string, { globs }: Pick<ResolvedFileOptions, 'globs'>): Json {
  return { format, paths: globs.map((glob) => glob.pattern) };
}

/** Whether a checkpoint says by this signature that its source reads files. */
export function isFileSignature(signature: Json): boolean {
  const { format, paths } = Object(signature) as { format?: unknown; paths?: unknown };
  return typeof format === 'string' && Array.isArray(paths);
}
