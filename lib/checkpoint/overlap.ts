import { basename, dirname, join, resolve, sep } from 'node:path';
import { codeOf } from '../thrown.js';
import type { FileSystem } from './fileSystem.js';

/** Whether a path is a directory, or lies in it; both absolute, without symbolic links. */
export function isWithin(path: string, directory: string): boolean {
  return (
    path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep)
  );
}

/** The absolute path without symbolic links, as far as it is there. */
export async function realPlace(files: FileSystem, path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return (await files.realPath?.(absolute)) ?? absolute;
  } catch (error) {
    const above = dirname(absolute);
    if (codeOf(error) !== 'ENOENT' || above === absolute) throw error;
    return join(await realPlace(files, above), basename(absolute));
  }
}
