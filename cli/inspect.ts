import { counted } from '../lib/counted.js';
import { type Command, exitCodes } from './command.js';
import { type Description, describe, isDamaged, timeText } from './describe.js';

/** `millrace inspect`: the query of a checkpoint and where it stands. */
export const inspect: Command = {
  usage: 'inspect <checkpoint>',
  summary: 'the query of a checkpoint or savepoint, and where it stands',
  help: [
    'Shows id, sink, sources with their position, operators, the last batch that was planned and',
    'committed, and the watermark. Of a stopped query; nothing is changed. Exit code 1: some of it cannot',
    'be read.',
  ],
  positionals: 1,
  async run({ positionals: [location = ''], json, io }) {
    const found = await describe(location);
    if (json) io.out(JSON.stringify(found));
    else for (const line of linesOf(found)) io.out(line);
    return isDamaged(found) ? exitCodes.failed : exitCodes.fine;
  },
};

function* linesOf(found: Description): Iterable<string> {
  const { lastCommit } = found;
  yield `${found.kind} of query ${found.queryId ?? '(unreadable)'}, begun ${timeText(found.createdMs)}`;
  yield `planned    ${found.planned === null ? 'nothing' : `batch ${found.planned}`}`;
  yield `committed  ${lastCommit === null ? 'nothing' : `batch ${lastCommit.batchId}`}`;
  yield `watermark  ${timeText(lastCommit?.nextWatermarkMs ?? null)}`;
  for (const { description, upTo } of found.sources) {
    const position = found.position === 'read' ? JSON.stringify(upTo) : '(unreadable)';
    yield `source     ${description}, up to ${position}`;
  }
  for (const { id } of found.operators) {
    const tables = found.tables.filter(({ operator }) => operator === id);
    const entries = tables.reduce((sum, table) => sum + table.entries, 0);
    yield `operator   ${id}, ${counted(entries, 'entry', 'entries')} in ${counted(tables.length, 'table')}`;
  }
  yield `sink       ${found.sink ?? '(unreadable)'}`;
  if (lastCommit?.completed) yield 'completed: all sources have ended';
  for (const { file, problem } of found.damaged) yield `damaged    ${file}: ${problem}`;
  if (found.stateProblem !== null) yield `state      ${found.stateProblem}`;
}
