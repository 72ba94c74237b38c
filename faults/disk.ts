import { allFailedCalls, failedCalls } from './disk/failedCalls.js';
import { rot } from './disk/rot.js';
import { Random } from './random.js';
import { runSuite } from './suite.js';

/**
 * `npm run faults:disk`: files that rot, are cut, lost, swapped or old; calls that fail. With `--only
 * calls` each seed is one call, and `--runs` of their number goes through all of them.
 */
await runSuite({
  name: 'faults:disk',
  runs: 2000,
  workers: 2,
  chunk: 10,
  one(seed, { only }) {
    if (only === 'calls') return failedCalls((seed - 1) % allFailedCalls);
    if (only !== 'rot' && seed % 5 === 0) {
      return failedCalls(new Random(seed).below(allFailedCalls));
    }
    return rot(seed);
  },
});
