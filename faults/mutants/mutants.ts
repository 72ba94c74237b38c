import { decoders } from './decoders.js';
import { files } from './files.js';
import { logs } from './logs.js';
import type { Mutant } from './mutant.js';
import { operators } from './operators.js';
import { pages } from './pages.js';
import { protocol } from './protocol.js';
import { recovery } from './recovery.js';
import { wakeUps } from './wakeUps.js';

export const mutants: readonly Mutant[] = [
  ...protocol,
  ...recovery,
  ...files,
  ...logs,
  ...operators,
  ...pages,
  ...decoders,
  ...wakeUps,
];
