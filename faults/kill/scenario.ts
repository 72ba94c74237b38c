import type { FileSystem } from '../../lib/checkpoint/fileSystem.js';
import { Random } from '../random.js';
import type { Rows } from '../workloads/difference.js';
import { eventsOf, mostKeys } from '../workloads/events.js';
import { randomWorkload } from '../workloads/randomWorkload.js';
import type { Workload } from '../workloads/workload.js';
import { allSteps } from './steps.js';

/** How a process dies: at the nth time that it comes by a step, or so long after its start. */
export type Kill = { readonly step: string; readonly nth: number } | { readonly afterMs: number };

/** A query and its deaths; parent and child make the same one of a seed. */
export interface Scenario {
  readonly workload: Workload;
  readonly feeds: readonly Rows[];
  /** Where rows go: the file sink, files named by batch, or the memory of the parent. */
  readonly sink: 'files' | 'batches' | 'parent';
  /** Where rows come from: numbers in a program, files of a folder, pushes that are acknowledged. */
  readonly input: 'numbers' | 'files' | 'durable';
  readonly continuous: boolean;
  readonly completes: boolean;
  readonly cacheEntries: number;
  readonly rowsPerBatch: number;
  readonly kills: readonly Kill[];
}

export type Door = (step: string) => void;
export type Doors = { readonly step: Door; readonly files: FileSystem };

const killsPerQuery = 12;

/** `batches`: about as many as the rows make, all written to disk; default 40, and any sink. */
export function scenarioOf(seed: number, batches?: number): Scenario {
  const random = new Random(seed);
  const workload = randomWorkload(random);
  const isLong = random.chance(0.02);
  const rowsPerBatch = isLong ? 2 : random.between(4, 16);
  const keys = random.between(1, mostKeys);
  const feeds = Array.from({ length: workload.sources }, (_, i) => ({
    rows: eventsOf(random, rowsPerBatch * (isLong ? 4 : 1) * (batches ?? 40), {
      firstId: i * 10_000,
      keys,
    }),
  }));
  const sinks = [
    'batches',
    batches === undefined ? 'parent' : 'batches',
    ...(workload.mode === 'append' ? ['files', 'files'] : []),
  ];
  const sink = random.pick(sinks) as Scenario['sink'];
  const inputs = batches === undefined ? ['numbers', 'files', 'durable'] : ['numbers'];
  const input = random.pick(inputs) as Scenario['input'];
  const continuous = random.chance(0.15) && input !== 'files';
  return {
    workload,
    feeds,
    sink,
    input,
    continuous,
    // A folder never says that no file will come.
    completes: random.chance(0.5) && input !== 'files',
    cacheEntries: random.pick([1, 8, 100_000]),
    rowsPerBatch,
    kills: Array.from({ length: killsPerQuery }, (_, i) =>
      killOf(random, seed, i, { continuous, sink, input }),
    ),
  };
}

/** Rows of a source that are there in one life: each has some batches of its own. */
export function availableIn(life: number, rows: number): number {
  return life >= killsPerQuery ? rows : Math.floor((rows * (life + 1)) / (killsPerQuery + 1));
}

/** Two of three deaths come at a step, each step in its turn. */
function killOf(
  random: Random,
  seed: number,
  i: number,
  { continuous, sink, input }: Pick<Scenario, 'continuous' | 'sink' | 'input'>,
): Kill {
  if (i % 3 === 2) return { afterMs: random.next() * 50 };
  const turn = seed * ((killsPerQuery * 2) / 3) + i - Math.floor(i / 3);
  const turned = allSteps[turn % allSteps.length] as string;
  const here = sink === 'files' ? turned.replace('sink ', 'publish:') : turned;
  const step = here === 'source read' ? readStepOf(input, random) : here;
  const isOnce = continuous || /^(kp[12]|sync)/.test(step);
  return { step, nth: isOnce ? 1 : random.between(1, 3) };
}

/** Where the engine does not read from the program there are other doors at this place. */
function readStepOf(input: Scenario['input'], random: Random): string {
  if (input === 'numbers') return 'source read';
  return input === 'files' ? 'kp5:after' : random.pick(['log written', 'log synced']);
}
