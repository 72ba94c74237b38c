/**
 * `npm run sample -- wordCount` runs a sample; without a name it lists them. Each sample is a program
 * of its own: this file finds it, and stops its queries upon Ctrl-C.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { queries, StreamingError } from '../index.js';

const rooms = ['.', 'operators', 'gallery'];
const notSamples = new Set(['main']);

interface Found {
  readonly name: string;
  readonly room: string;
  readonly shows: string;
}

const samples = rooms.flatMap(samplesIn);
const [name] = process.argv.splice(2, 1);
const chosen = samples.find((sample) => sample.name === name);
if (chosen !== undefined) {
  process.once('SIGINT', () => void Promise.all(queries.active.map((query) => query.stop())));
  await import(`./${chosen.room}/${chosen.name}.js`).catch((error: unknown) => {
    if (!(error instanceof StreamingError)) throw error;
    console.error(`${error.code}: ${error.message}`);
    process.exitCode = 1;
  });
} else {
  if (name !== undefined) {
    console.error(`there is no sample ${name}; these are there:\n`);
    process.exitCode = 1;
  }
  const width = Math.max(...samples.map((sample) => sample.name.length));
  for (const sample of samples) console.log(`${sample.name.padEnd(width)}  ${sample.shows}`);
}

/** The samples of a folder, with the first sentence of the comment at their head. */
function samplesIn(room: string): readonly Found[] {
  return readdirSync(join('samples', room))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ file, name: basename(file, '.ts') }))
    .filter(({ name: found }) => !notSamples.has(found))
    .map(({ file, name: found }) => {
      const source = readFileSync(join('samples', room, file), 'utf8');
      const [, head = ''] = /\/\*\*\n \* ([\s\S]*?)\*\//.exec(source) ?? [];
      const text = head.replace(/\n \* ?/g, ' ');
      return { name: found, room, shows: /^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text };
    });
}
