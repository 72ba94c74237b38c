import { parseArgs } from 'node:util';

/** What every suite takes: how much, from which seed, and for how long at most. */
export interface SuiteOptions {
  readonly runs: number;
  readonly seed: number;
  readonly minutes: number;
  /** Processes that share the work. */
  readonly workers: number;
  /** One of several parts of a suite; '' is all. */
  readonly only: string;
  /** Ends at the first failure. */
  readonly first: boolean;
  /** File that gets the line of figures; '' for none. */
  readonly figures: string;
}

const usage = 'takes --runs N --seed S --minutes M --workers W --only PART --first --figures FILE';

/** Reads the options of a suite from its command line; `defaults` count where nothing is said. */
export function suiteOptions(defaults: {
  readonly runs: number;
  readonly minutes?: number;
  readonly workers?: number;
}): SuiteOptions {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: String(defaults.runs) },
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string', default: String(defaults.minutes ?? 1_000_000) },
      workers: { type: 'string', default: String(defaults.workers ?? 1) },
      only: { type: 'string', default: '' },
      first: { type: 'boolean', default: false },
      figures: { type: 'string', default: '.millrace/faults.jsonl' },
    },
  });
  return {
    runs: numberOf('runs', values.runs),
    seed: numberOf('seed', values.seed),
    minutes: numberOf('minutes', values.minutes),
    workers: numberOf('workers', values.workers),
    only: values.only,
    first: values.first,
    figures: values.figures,
  };
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new RangeError(`--${name} must be a number from 0, not '${text}': a suite ${usage}`);
}
