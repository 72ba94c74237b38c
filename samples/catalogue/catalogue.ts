import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A sample: a program of its own. */
export interface Sample {
  readonly name: string;
  /** Its file, below `samples/`. */
  readonly file: string;
  /** The first sentence of the comment at its head. */
  readonly shows: string;
}

/** All samples, in the order of samples/README.md. */
export function catalogue(): readonly Sample[] {
  return ['', 'gallery', 'operators'].flatMap(samplesIn);
}

function samplesIn(room: string): readonly Sample[] {
  return readdirSync(join('samples', room))
    .filter((file) => file.endsWith('.ts') && file !== 'main.ts')
    .map((file) => {
      const source = readFileSync(join('samples', room, file), 'utf8');
      const [, head = ''] = /\/\*\*\n \* ([\s\S]*?)\*\//.exec(source) ?? [];
      const text = head.replace(/\n \* ?/g, ' ');
      const shows = /^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text;
      return { name: basename(file, '.ts'), file: join(room, file), shows };
    });
}
