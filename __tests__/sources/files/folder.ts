import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder of its own for each test, with files whose times the test sets. */
export interface Folder {
  readonly path: string;
  /** Writes a file that was modified `seconds` after the epoch; answers its path. */
  write(name: string, content: string | Uint8Array, seconds?: number): string;
}

/** Makes a new folder before each test and removes it afterwards. */
export function testFolder(): Folder {
  let path = '';
  let writes = 0;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'millrace-'));
    writes = 0;
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));
  return {
    get path() {
      return path;
    },
    write: (name, content, seconds = 1_700_000_000 + writes) => {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      utimesSync(file, seconds, seconds);
      writes++;
      return file;
    },
  };
}
