import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * Asks a real Spark what nobody has asked it: makes random vectors from seeds, lets PySpark answer
 * them and runs them here. Exits 1 on any difference; the answers then stay where it says.
 *
 *   npm run conformance:spark -- [--count 100] [--seed 1] [--family F] [--ways memory]
 *
 * Needs Java 17 or later. `SPARK_PYTHON` names a Python that has what `needs` lists; without it one
 * is made in a temporary folder.
 */
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    family: { type: 'string' },
    ways: { type: 'string', default: 'memory' },
  },
});
const needs = ['pyspark==4.3.0', 'pandas>=2.2,<3', 'pyarrow', 'protobuf'];
const here = join('__tests__', 'conformance', 'spark');
const folder = mkdtempSync(join(tmpdir(), 'millrace-spark-'));
const questions = join(folder, 'questions.jsonl');
const answers = join(folder, 'answers.jsonl');

const python = process.env.SPARK_PYTHON ?? madePython();
const family = values.family === undefined ? [] : ['--family', values.family];
const asked = ['--count', values.count, '--seed', values.seed, ...family];
run(python, [join(here, 'generate.py'), ...asked], { out: questions });
run(python, [join(here, 'answer.py')], { from: questions, out: answers });
const cli = join('.build', '__tests__', 'conformance', 'cli.js');
const compared = spawnSync(process.execPath, [cli, answers, '--ways', values.ways], {
  stdio: 'inherit',
});
if (compared.status === 0) rmSync(folder, { recursive: true, force: true });
else process.stdout.write(`answers: ${answers}\n`);
process.exit(compared.status ?? 1);

/** A virtual environment of its own, beside the answers, gone with them. */
function madePython() {
  const venv = join(folder, 'venv');
  run('python3', ['-m', 'venv', venv]);
  const bin = join(venv, 'bin', 'python');
  const made = existsSync(bin) ? bin : join(venv, 'Scripts', 'python.exe');
  run(made, ['-m', 'pip', 'install', '--quiet', ...needs]);
  return made;
}

function run(command, args, { from, out } = {}) {
  const files = [from && openSync(from, 'r'), out && openSync(out, 'w')];
  const done = spawnSync(command, args, {
    stdio: [files[0] ?? 'ignore', files[1] ?? 'inherit', 'inherit'],
  });
  for (const file of files) if (file !== undefined) closeSync(file);
  if (done.error) throw done.error;
  if (done.status !== 0) {
    process.stderr.write(`${command} ${args.join(' ')} ended with ${done.status}\n`);
    process.exit(done.status ?? 1);
  }
}
