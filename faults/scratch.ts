import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/**
 * Where suites put their files: in memory where there is such a disk, unless TMPDIR names another. What
 * is killed or damaged here needs no real one, and none of it is about how fast a disk is.
 */
export const scratch =
  process.env.TMPDIR === undefined && existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
