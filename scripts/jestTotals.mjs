import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * A jest reporter: writes `{ passed, failed }` to the file that TEST_TOTALS names, for `.ci/run`.
 *
 * A suite that does not load counts as one failure, a skipped or todo test as one too: no test of this
 * repository is skipped.
 */
export default class JestTotals {
  onRunComplete(_contexts, results) {
    const file = process.env.TEST_TOTALS;
    if (file === undefined || file === '') return;
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = results;
    const failed =
      numFailedTests + numPendingTests + numTodoTests + results.numRuntimeErrorTestSuites;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ passed: numPassedTests, failed }));
  }
}
