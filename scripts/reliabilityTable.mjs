/**
 * Makes the table of figures in docs/reliability.md out of docs/reliability.jsonl, to which the suites'
 * lines have been added:
 *
 *   npm run faults:kill -- --figures docs/reliability.jsonl
 *   node scripts/reliabilityTable.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs';

const page = 'docs/reliability.md';
const [begin, end] = ['<!-- figures -->', '<!-- end of figures -->'];

const lines = readFileSync('docs/reliability.jsonl', 'utf8').split('\n').filter(Boolean);
const suites = new Map();
for (const line of lines) {
  const run = JSON.parse(line);
  const sum = suites.get(run.suite) ?? emptySum();
  suites.set(run.suite, sum);
  for (const name of ['runs', 'passed', 'failed', 'planned', 'fired', 'seconds']) {
    sum[name] += run[name];
  }
  sum.commits.add(run.commit);
  for (const [name, by] of Object.entries(run.counts)) {
    sum.counts.set(name, (sum.counts.get(name) ?? 0) + by);
  }
}

/** Figures of a suite that say more than its runs. */
const told = {
  'faults:simulate': ({ counts }) =>
    `${n(counts.get('batches'))} batches, ${n(counts.get('rows'))} rows`,
  'faults:kill': ({ counts }) =>
    `${n(counts.get('kills'))} processes killed, each step at least ${n(leastOf(counts, 'kill at '))} times; ${n(counts.get('batches'))} batches`,
  'faults:two': ({ counts }) =>
    [...counts]
      .filter(([name]) => !name.includes('stopped at'))
      .map(([name, by]) => `${name}: ${n(by)}`)
      .join(', '),
  'faults:fuzz': ({ counts }) => `${n(counts.get('attempts'))} inputs`,
  'faults:soak': ({ counts }) =>
    `${n(counts.get('rows'))} rows, ${n(counts.get('kills'))} kills, ${n(counts.get('windows'))} windows`,
  'faults:syscalls': ({ counts }) => `${n(counts.get('call indexes'))} calls of LevelDB failed`,
  'faults:mutants': ({ fired, planned }) => `${n(fired)} of ${n(planned)} caught`,
};

const rows = [...suites]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([suite, sum]) => {
    const { runs, fired, failed, seconds, commits } = sum;
    const minutes = (seconds / 60).toFixed(1);
    const figures = told[suite]?.(sum) ?? '';
    return `| \`${suite}\` | ${n(runs)} | ${n(fired)} | ${n(failed)} | ${figures} | ${minutes} | ${[...commits].join(', ')} |`;
  });
const table = [
  '| Suite | Runs | Faults fired | Failed | Of it | Minutes | Commit (+: with changes) |',
  '|---|--:|--:|--:|---|--:|---|',
  ...rows,
].join('\n');

const text = readFileSync(page, 'utf8');
const [before, rest] = text.split(begin);
const [, after] = rest.split(end);
writeFileSync(page, `${before}${begin}\n${table}\n${end}${after}`);

function emptySum() {
  return {
    runs: 0,
    passed: 0,
    failed: 0,
    planned: 0,
    fired: 0,
    seconds: 0,
    commits: new Set(),
    counts: new Map(),
  };
}

function leastOf(counts, prefix) {
  return Math.min(...[...counts].filter(([name]) => name.startsWith(prefix)).map(([, by]) => by));
}

function n(value = 0) {
  return value.toLocaleString('en-US');
}
