import { counted } from '../lib/counted.js';
import { type Command, exitCodes } from './command.js';
import { type Description, describe, isDamaged, timeText } from './describe.js';

/** `millrace list`: operators, tables and batches of a checkpoint. */
export const list: Command = {
  usage: 'list <checkpoint>',
  summary: 'its operators, their tables with the number of entries, and its last batches',
  help: [
    'Lists every operator that keeps state, its tables with kind and number of entries, and the batches',
    'whose plans are kept (the last 100): time, watermark, what each source gave, and whether they are',
    'committed. Of a stopped query; nothing is changed. Exit code 1: some of it cannot be read.',
  ],
  positionals: 1,
  async run({ positionals: [location = ''], json, io }) {
    const found = await describe(location);
    const { operators, tables, batches, damaged, stateProblem } = found;
    if (json) io.out(JSON.stringify({ operators, tables, batches, damaged, stateProblem }));
    else for (const line of linesOf(found)) io.out(line);
    return isDamaged(found) ? exitCodes.failed : exitCodes.fine;
  },
};

function* linesOf({
  tables,
  operators,
  batches,
  damaged,
  stateProblem,
}: Description): Iterable<string> {
  for (const { id, kind } of operators) {
    yield `operator ${id} (${kind})`;
    for (const { operator, table, kind: layout, entries } of tables) {
      if (operator === id)
        yield `  table ${table}, ${layout}, ${counted(entries, 'entry', 'entries')}`;
    }
  }
  for (const { batchId, timestampMs, watermarkMs, committed, ranges } of batches) {
    const state = committed ? 'committed' : 'planned';
    yield `batch ${batchId} ${state}, ${timeText(timestampMs)}, watermark ${timeText(watermarkMs)}`;
    for (const { source, after, upTo } of ranges) {
      yield `  source ${source}: after ${JSON.stringify(after)}, up to ${JSON.stringify(upTo)}`;
    }
  }
  for (const { file, problem } of damaged) yield `damaged ${file}: ${problem}`;
  if (stateProblem !== null) yield `state: ${stateProblem}`;
}
