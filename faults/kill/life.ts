import { type ChildProcess, fork } from 'node:child_process';
import type { Order, Report } from './child.js';

/** How a process ended. */
export interface End {
  readonly killed: boolean;
  /** What the query failed with, or how else the process ended, when nobody had killed it. */
  readonly error: string | undefined;
}

/** Longer than any life: then the query hangs. */
const longestMs = 300_000;

/** Starts a process, gives it its order, kills it if its death is at an instant, and waits. */
export function lifeOf(
  script: string,
  order: Order,
  takeBatch: (batchId: number, texts: readonly string[]) => void,
): Promise<End> {
  return new Promise((resolve, reject) => {
    const child = fork(script, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    let ended: Extract<Report, { is: 'ended' }> | undefined;
    let hangs = false;
    const watch = setTimeout(() => {
      hangs = true;
      child.kill('SIGKILL');
    }, longestMs);
    child.on('message', (message) => {
      const report = message as Report;
      if (report.is === 'started') killLater(child, order);
      else if (report.is === 'ended') ended = report;
      else if (report.is === 'batch') {
        takeBatch(report.batchId, report.texts);
        child.send('taken', () => undefined);
      }
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(watch);
      if (hangs) resolve({ killed: false, error: `the process hangs at ${JSON.stringify(order)}` });
      else if (ended !== undefined) resolve({ killed: false, error: ended.error });
      else if (signal === 'SIGKILL') resolve({ killed: true, error: undefined });
      else resolve({ killed: false, error: `the process ended with ${signal ?? code}` });
    });
    child.send(order);
  });
}

function killLater(child: ChildProcess, { kill }: Order): void {
  if (kill !== undefined && 'afterMs' in kill) {
    setTimeout(() => child.kill('SIGKILL'), kill.afterMs);
  }
}
