import { epochs, files } from '../disk/liveScenarios.js';
import { codeOf } from '../disk/rot.js';
import { type Scenario, table, windows } from '../disk/scenario.js';

/** What a process is asked for, as JSON on its command line. */
export interface SyscallOrder {
  readonly scenario: string;
  readonly folder: string;
  /** As in a life of `faults:disk`. */
  readonly known: number;
  readonly available: number;
}

/** What it answers, as JSON in one line. */
export interface SyscallReport {
  /** Of the error that the query ended with; null: it did not fail. */
  readonly code: string | null;
  readonly acknowledged: number;
}

export const scenarios: readonly Scenario[] = [windows, table, files, epochs];

async function live({ scenario, ...life }: SyscallOrder): Promise<void> {
  const found = scenarios.find(({ name }) => name === scenario) as Scenario;
  const { query, acknowledged } = await found.live({ ...life, completes: false });
  const report: SyscallReport = { code: codeOf(query.exception) ?? null, acknowledged };
  process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
}

const [given] = process.argv.slice(2);
if (given?.startsWith('{')) void live(JSON.parse(given) as SyscallOrder);
