import { run } from '../../cli/run.js';

/** What a command has written, and how it ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `millrace …args` in this process. */
export async function millrace(...args: readonly string[]): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await run(args, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    now: () => 1000,
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}
