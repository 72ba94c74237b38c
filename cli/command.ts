/** Where a command writes, and its clock; the terminal, or a test. */
export interface CommandIo {
  out(line: string): void;
  err(line: string): void;
  /** ms since the epoch. */
  now(): number;
}

/** What was written behind the name of a command. */
export interface CommandCall {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly json: boolean;
  readonly io: CommandIo;
}

/** How the process ends. */
export const exitCodes = {
  fine: 0,
  /** Something is damaged, or could not be done. */
  failed: 1,
  /** The command was not understood; nothing was done. */
  usage: 2,
} as const;

/** One word behind `millrace`. */
export interface Command {
  /** `restore <checkpoint> --from <savepoint>` */
  readonly usage: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What it reads, writes and answers. */
  readonly help: readonly string[];
  /** How many names it takes without `--`. */
  readonly positionals: number;
  /** With how many of them it does. Default: all. */
  readonly fewestPositionals?: number;
  /** Options beside `--json` and `--help`. */
  readonly options?: Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;
  /** Answers the exit code. A `StreamingError` becomes a message and exit code 1. */
  run(call: CommandCall): Promise<number>;
}

/** Thrown where a command is not understood: exit code 2, and how it is used. */
export class UsageError extends Error {}
