import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Generator, type GeneratorOptions } from './generate.js';

export interface WriteOptions extends GeneratorOptions {
  readonly events: number;
  readonly files: number;
  /** Deals cycles of 50 events round the files; otherwise each file has one contiguous run. */
  readonly interleaved?: boolean;
}

const cycle = 50;

/** Writes events as JSON lines, modification times rising by a second from file to file. */
export function writeEventFiles(
  folder: string,
  { events, files, interleaved = false, ...options }: WriteOptions,
): string[] {
  const generator = new Generator(options);
  mkdirSync(folder, { recursive: true });
  const newest = Math.floor(Date.now() / 1000);
  const fileOf = (n: number) =>
    interleaved ? Math.floor(n / cycle) % files : Math.floor((n * files) / events);
  return Array.from({ length: files }, (_, file) => {
    const path = join(folder, `events-${String(file).padStart(4, '0')}.jsonl`);
    let text = '';
    for (let n = 0; n < events; n++) {
      if (fileOf(n) === file) text += `${JSON.stringify(generator.at(n))}\n`;
    }
    writeFileSync(path, text);
    const time = newest - (files - file); // strictly rising, none in the future
    utimesSync(path, time, time);
    return path;
  });
}
