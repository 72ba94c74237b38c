#!/usr/bin/env node
import { run } from './run.js';

/** The `millrace` command. */
process.exitCode = await run(process.argv.slice(2), {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  now: () => Date.now(),
});
