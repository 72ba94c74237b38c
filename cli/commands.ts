import type { Command } from './command.js';
import { init } from './init.js';
import { inspect } from './inspect.js';
import { list } from './list.js';
import { restore } from './restore.js';
import { savepoint } from './savepoint.js';
import { verify } from './verify.js';

/** Every command by its name, in the order in which help shows them. */
export const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['init', init],
  ['inspect', inspect],
  ['list', list],
  ['verify', verify],
  ['savepoint', savepoint],
  ['restore', restore],
]);
