import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Vector } from './vector.js';

/** Every vector of a `.jsonl` file, or of a folder of them. */
export function readVectors(path: string): readonly Vector[] {
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => name.endsWith('.jsonl'))
        .sort()
        .map((name) => join(path, name))
    : [path];
  return files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.length > 0)
      .map((line) => JSON.parse(line) as Vector),
  );
}
