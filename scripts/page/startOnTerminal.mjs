import { spawn } from 'node:child_process';
import { get } from 'node:http';

/** A program on a terminal of its own (util-linux's `script` makes one), and what it has written there. */
export function onTerminal(command) {
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TERM: 'xterm', COLUMNS: '120', LINES: '40' },
  });
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    screen += text;
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  return {
    screen: () => screen,
    hasEnded: () => child.exitCode !== null,
    /** Ctrl-C on that terminal. */
    interrupt: () => child.stdin.write('\x03'),
    /** The terminal goes away, and with it what runs there. */
    kill: () => child.kill(),
    /** The exit code. */
    ended,
  };
}

/** Resolves with the rows that a live page at `url` first tells of a query, as soon as there are any. */
export function firstFigures(url) {
  return new Promise((resolve, reject) => {
    const request = get(new URL('events', url), (response) => {
      response.setEncoding('utf8').on('data', (text) => {
        const rows = Number(/"totals":\{"rows":(\d+)/.exec(text)?.[1] ?? 0);
        if (rows === 0) return;
        request.destroy();
        resolve(rows);
      });
    });
    request.once('error', reject);
  });
}
