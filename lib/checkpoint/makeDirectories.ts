import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '../thrown.js';

/**
 * Makes a directory and what is missing above it; answers the first that was made, undefined if all of
 * them were there.
 *
 * One by one, because `mkdir` with `recursive` never answers where the system says that the folder above is
 * missing though it is there, as it does in /proc (seen in Node 20).
 *
 * @param mode of those that are made, less what the umask takes.
 */
export async function makeDirectories(path: string, mode = 0o777): Promise<string | undefined> {
  const above = dirname(path);
  try {
    await mkdir(path, { mode });
    return path;
  } catch (error) {
    if (await isDirectory(path)) return undefined;
    if (codeOf(error) !== 'ENOENT' || above === path) throw error;
  }
  const first = await makeDirectories(above, mode);
  try {
    await mkdir(path, { mode });
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!(await isDirectory(path))) throw error;
  }
  return first ?? path;
}

function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
