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
  const continuous = random.chance(0.15);
  return {
    workload,
    feeds,
    sink,
    continuous,
    completes: random.chance(0.5),
    cacheEntries: random.pick([1, 8, 100_000]),
    rowsPerBatch,
    kills: Array.from({ length: killsPerQuery }, (_, i) =>
      killOf(random, seed, i, { continuous, sink }),
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
  { continuous, sink }: Pick<Scenario, 'continuous' | 'sink'>,
): Kill {
  if (i % 3 === 2) return { afterMs: random.next() * 50 };
  const turn = seed * ((killsPerQuery * 2) / 3) + i - Math.floor(i / 3);
  const turned = allSteps[turn % allSteps.length] as string;
  const step = sink === 'files' ? turned.replace('sink ', 'publish:') : turned;
  const isOnce = continuous || /^(kp[12]|sync)/.test(step);
  return { step, nth: isOnce ? 1 : random.between(1, 3) };
}
