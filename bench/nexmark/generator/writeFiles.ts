import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Generator, type GeneratorOptions } from './generate.js';

/** Writes events as JSON lines, one contiguous run per file, modification times rising by a second. */
export function writeEventFiles(
  folder: string,
  {
    events,
    files,
    ...options
  }: GeneratorOptions & { readonly events: number; readonly files: number },
): string[] {
  const generator = new Generator(options);
  mkdirSync(folder, { recursive: true });
  const newest = Math.floor(Date.now() / 1000);
  return Array.from({ length: files }, (_, file) => {
    const path = join(folder, `events-${String(file).padStart(4, '0')}.jsonl`);
    const end = Math.floor((events * (file + 1)) / files);
    let text = '';
    for (let n = Math.floor((events * file) / files); n < end; n++) {
      text += `${JSON.stringify(generator.at(n))}\n`;
    }
    writeFileSync(path, text);
    const time = newest - (files - file); // strictly rising, none in the future
    utimesSync(path, time, time);
    return path;
  });
}
