import { type ChildProcess, fork } from 'node:child_process';
import type { Order, Push, Report } from './messages.js';

/** How a process ended. */
export interface End {
  readonly killed: boolean;
  /** What the query failed with, or how else the process ended, when nobody had killed it. */
  readonly error: string | undefined;
}

/** Without a word for so long, also beside other load: then the query hangs. */
const longestMs = 300_000;

/** Starts a process, gives it its order, kills it if its death is at an instant, and waits. */
export function lifeOf(
  script: string,
  order: Order,
  take: (report: Report, answer: (message: Push | 'taken') => void) => void,
): Promise<End> {
  return new Promise((resolve, reject) => {
    const child = fork(script, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    let ended: Extract<Report, { is: 'ended' }> | undefined;
    let hangs = false;
    let isOver = false;
    const watch = setTimeout(() => {
      hangs = true;
      child.kill('SIGKILL');
    }, longestMs);
    child.on('message', (message) => {
      const report = message as Report;
      watch.refresh();
      if (report.is === 'started') killLater(child, order);
      else if (report.is === 'ended') ended = report;
      else if (!isOver) take(report, (answer) => child.send(answer, () => undefined));
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(watch);
      isOver = true; // what was on its way counts as never said
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
