import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** An absolute path without symbolic links, as far as it is there yet. */
export function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(realPathOf(above), basename(path));
  }
}
