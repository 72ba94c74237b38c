import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack } from './pack.js';
import { scratch } from './scratch.js';
import { runSuite } from './suite.js';
import { allSyscalls, FailingSyscall } from './syscalls/syscall.js';

/**
 * `npm run faults:syscalls`: each call that LevelDB makes to the system fails once, in four queries. Needs
 * strace on Linux. Each seed is one call, in the order of their index; what lies behind the last call of a
 * life is passed over.
 */
if (spawnSync('strace', ['-V']).status !== 0) {
  process.stderr.write('faults:syscalls needs strace: apt-get install strace\n');
  process.exit(1);
}
let script: string | undefined;
const ends = new Map<string, number>();
await runSuite({
  name: 'faults:syscalls',
  runs: allSyscalls,
  async one(seed) {
    const call = new FailingSyscall((seed - 1) % allSyscalls);
    if (call.isBehind(ends)) return { reason: undefined, planned: 0, fired: 0, counts: {} };
    script ??= packed();
    return call.run(script, ends);
  },
  judge: ({ runs, counts }) => {
    if (runs < allSyscalls) return undefined;
    const kinds = ['openat', 'read', 'write', 'fdatasync', 'rename', 'unlink'];
    const missing = kinds.filter((kind) => !counts.has(`EIO at ${kind}`));
    return missing.length === 0 ? undefined : `no ${missing.join(', ')} has failed`;
  },
});

function packed(): string {
  const folder = mkdtempSync(join(scratch, 'millrace-packed-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return pack(fileURLToPath(new URL('syscalls/child.js', import.meta.url)), folder);
}
