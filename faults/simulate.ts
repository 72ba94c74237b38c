import { suiteOptions } from './options.js';
import { runOne } from './simulate/runOne.js';
import { Tally } from './tally.js';

/** `npm run faults:simulate`: the whole engine in one process, under virtual time. */
const options = suiteOptions({ runs: 10_000 });
const tally = new Tally('faults:simulate', options);
let planned = 0;
let fired = 0;
for (let seed = options.seed; !tally.isOver; seed++) {
  const outcome = await runOne(seed);
  planned += outcome.planned;
  fired += outcome.fired.length;
  tally.count('batches', outcome.batches);
  tally.count('rows', outcome.rows);
  for (const fault of outcome.fired) tally.count(fault);
  if (outcome.reason === undefined) tally.pass();
  else tally.fail(seed, `${outcome.reason} (${outcome.workload}; ${outcome.fired.join(', ')})`);
}
// A fault that lies behind the last step of a life does not fire; most must.
process.exit(tally.end(Math.floor(planned / 2), fired));
