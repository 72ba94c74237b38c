import { parseArgs } from 'node:util';
import { counted } from '../lib/counted.js';
import { StreamingError } from '../lib/errors.js';
import { reasonOf } from '../lib/thrown.js';
import { type Command, type CommandIo, exitCodes, UsageError } from './command.js';
import { commands } from './commands.js';
import { packageVersion } from './packageVersion.js';

/** Runs `millrace …`; answers the exit code. */
export async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const [name = '', ...rest] = args;
  if (name === '' || name === 'help' || name === '--help' || name === '-h')
    return help(rest[0], io);
  if (name === '--version' || name === '-v') {
    io.out(await packageVersion());
    return exitCodes.fine;
  }
  const command = commands.get(name);
  const json = rest.includes('--json');
  if (command === undefined) {
    const problem = `there is no command '${name}'`;
    if (json) return reportJson(undefined, problem, io, exitCodes.usage);
    io.err(`millrace: ${problem}`);
    return usage(io.err);
  }
  try {
    return await runCommand(command, rest, json, io);
  } catch (error) {
    if (error instanceof UsageError) {
      if (json) return reportJson(undefined, error.message, io, exitCodes.usage);
      io.err(`millrace ${name}: ${error.message}`);
      io.err(`usage: millrace ${command.usage}`);
      return exitCodes.usage;
    }
    return report(name, error, json, io);
  }
}

async function runCommand(
  command: Command,
  args: readonly string[],
  json: boolean,
  io: CommandIo,
): Promise<number> {
  const { positionals, values } = parsed(command, args);
  if (values.help === true) return helpOf(command, io);
  const { positionals: most, fewestPositionals: fewest = most } = command;
  if (positionals.length < fewest || positionals.length > most) {
    const given = positionals.length === 0 ? 'none' : positionals.join(' ');
    const limit = fewest < most ? 'at most ' : '';
    throw new UsageError(`takes ${limit}${counted(most, 'folder')}, got ${given}`);
  }
  return command.run({ positionals, values, json, io });
}

function parsed(command: Command, args: readonly string[]) {
  const own = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
  try {
    const options = { ...command.options, ...own };
    const { positionals, values } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { positionals, values: values as Record<string, string | boolean | undefined> };
  } catch (error) {
    throw new UsageError(reasonOf(error));
  }
}

function report(name: string, error: unknown, json: boolean, io: CommandIo): number {
  const code = error instanceof StreamingError ? error.code : undefined;
  const message = reasonOf(error);
  if (json) return reportJson(code, message, io, exitCodes.failed);
  io.err(`millrace ${name}: ${code === undefined ? '' : `${code}: `}${message}`);
  return exitCodes.failed;
}

/** Who asked for JSON gets it on standard output, whatever went wrong. */
function reportJson(
  code: string | undefined,
  message: string,
  io: CommandIo,
  exitCode: number,
): number {
  io.out(JSON.stringify({ error: { code: code ?? null, message } }));
  return exitCode;
}

function help(name: string | undefined, io: CommandIo): number {
  const command = commands.get(name ?? '');
  if (command !== undefined) return helpOf(command, io);
  usage(io.out);
  return exitCodes.fine;
}

function usage(write: (line: string) => void): number {
  write('usage: millrace <command> …, millrace <command> --help, millrace --version');
  write('');
  const width = Math.max(...Array.from(commands.keys(), (name) => name.length));
  for (const [name, { summary }] of commands) write(`  ${name.padEnd(width)}  ${summary}`);
  write('');
  write('Each takes --json. Exit code: 0 fine, 1 damaged or failed, 2 not understood.');
  return exitCodes.usage;
}

function helpOf(command: Command, io: CommandIo): number {
  io.out(`usage: millrace ${command.usage} [--json]`);
  io.out('');
  for (const line of command.help) io.out(line);
  return exitCodes.fine;
}
