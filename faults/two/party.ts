import { type ChildProcess, fork } from 'node:child_process';
import type { Order, Report } from '../kill/messages.js';

/** A process that runs one query after the other, as it is told. */
export class Party {
  private readonly child: ChildProcess;
  private waiting: { is: Report['is']; resolve(report: Report): void }[] = [];

  constructor(script: string) {
    this.child = fork(script, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.child.on('message', (message) => {
      const report = message as Report;
      const at = this.waiting.findIndex(({ is }) => is === report.is);
      if (at >= 0) this.waiting.splice(at, 1)[0]?.resolve(report);
    });
    this.child.on('exit', (code, signal) => {
      const error = `PROCESS_GONE: ${signal ?? code}`;
      for (const { resolve } of this.waiting.splice(0)) resolve({ is: 'ended', error });
    });
  }

  /** The next report of a kind; a process that dies has ended. */
  next(is: Report['is']): Promise<Report> {
    return new Promise((resolve) => this.waiting.push({ is, resolve }));
  }

  /** Runs a query; answers code and message of the error that it ended with, '' if there was none. */
  async run(order: Order): Promise<string> {
    const ended = this.next('ended');
    this.child.send({ ...order, stays: true });
    return errorIn(await ended);
  }

  wake(): void {
    this.child.kill('SIGCONT');
  }

  end(): void {
    this.child.kill('SIGKILL');
  }
}

/** '' for a query that ended well. */
export function errorIn(report: Report): string {
  return report.is === 'ended' ? (report.error ?? '') : '';
}
