import { failedCalls } from './disk/failedCalls.js';
import { rot } from './disk/rot.js';
import { runSuite } from './suite.js';

/** `npm run faults:disk`: files that rot, are cut, lost, swapped or old; calls that fail. */
await runSuite({
  name: 'faults:disk',
  runs: 2000,
  workers: 2,
  chunk: 10,
  one(seed, { only }) {
    if (only === 'calls' || (only !== 'rot' && seed % 5 === 0)) return failedCalls(seed);
    return rot(seed);
  },
});
