import { fileTargets } from './fuzz/fileTargets.js';
import { stateTargets } from './fuzz/stateTargets.js';
import { textTargets } from './fuzz/textTargets.js';
import { Random } from './random.js';
import { runSuite } from './suite.js';

const targets = [...stateTargets, ...textTargets, ...fileTargets];
/** CPU time of one attempt; more means that a few bytes can hold up a query. */
const longestMs = 5000;

/** `npm run faults:fuzz`: every decoder, fed with bytes and texts that are nearly right. */
await runSuite({
  name: 'faults:fuzz',
  runs: 1500,
  workers: 2,
  chunk: 10,
  async one(seed, { only }) {
    const chosen = targets.filter(({ name }) => name.includes(only));
    const target = chosen[seed % chosen.length];
    if (target === undefined) throw new RangeError(`--only '${only}' names no decoder`);
    const random = new Random(seed);
    for (let i = 0; i < target.attempts; i++) {
      const before = process.cpuUsage();
      try {
        await target.attempt(random);
      } catch (error) {
        const reason = `${target.name}, attempt ${i}: ${String(error)}`;
        return { reason, planned: 1, fired: 1, counts: {} };
      }
      const { user, system } = process.cpuUsage(before);
      const took = (user + system) / 1000;
      if (took < longestMs) continue;
      const reason = `${target.name}, attempt ${i} takes ${took} ms`;
      return { reason, planned: 1, fired: 1, counts: {} };
    }
    const { attempts } = target;
    return {
      reason: undefined,
      planned: 1,
      fired: 1,
      counts: { [target.name]: attempts, attempts },
    };
  },
});
