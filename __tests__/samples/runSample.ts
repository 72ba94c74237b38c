import { inspect } from 'node:util';

/** A sample that runs in this process, as `npm run sample -- name …args` would run it. */
export interface RunningSample {
  /** What it has printed so far. */
  output(): string;
  /** Answers when the output has `text`; rejects when the sample ends without it. */
  printed(text: string): Promise<void>;
  /** Answers with the whole output when the program has ended. */
  readonly ended: Promise<string>;
}

/**
 * Starts a sample: a program of its own, so it is imported. A test file can do that once for each,
 * and for one at a time, because the output of the process is taken.
 */
export function startSample(path: string, ...args: readonly string[]): RunningSample {
  let text = '';
  const waiting = new Set<{ readonly text: string; readonly done: () => void }>();
  const take = (more: string): void => {
    text += more;
    for (const each of waiting) if (text.includes(each.text)) each.done();
  };
  const { write } = process.stdout;
  process.stdout.write = (chunk: string | Uint8Array) => {
    take(String(chunk));
    return true;
  };
  const { log } = console;
  console.log = (...values: readonly unknown[]) => take(`${values.map(shown).join(' ')}\n`);
  const argv = process.argv;
  process.argv = [argv[0] ?? 'node', path, ...args];
  const ended = import(`../../samples/${path}.js`)
    .finally(() => {
      process.argv = argv;
      process.stdout.write = write;
      console.log = log;
    })
    .then(() => text);
  return {
    output: () => text,
    ended,
    printed: (wanted) =>
      new Promise((resolve, reject) => {
        if (text.includes(wanted)) return resolve();
        waiting.add({ text: wanted, done: resolve });
        const missed = () => reject(new Error(`ended without "${wanted}":\n${text}`));
        ended.then(missed, reject);
      }),
  };
}

/** Runs a sample to its end. */
export function runSample(path: string, ...args: readonly string[]): Promise<string> {
  return startSample(path, ...args).ended;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value);
}
