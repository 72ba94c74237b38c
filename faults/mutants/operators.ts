import type { Mutant } from './mutant.js';

/** Operators and their state. */
export const operators: readonly Mutant[] = [
  {
    name: 'what was read of the disk while a commit answered counts',
    file: 'state/durable/storedTable.js',
    edits: [['if (answered === context.answered)', 'if (answered <= context.answered)']],
    suite: 'simulate',
    runs: 20_000,
  },
  {
    name: 'a late row is kept',
    file: 'operators/internal/dedup/expiringDedupStage.js',
    edits: [['if (time <= this.ctx.lateWatermark)', 'if (time < Number.NEGATIVE_INFINITY)']],
    suite: 'simulate',
    runs: 1000,
  },
  {
    name: 'a row equal to the watermark is not late',
    file: 'operators/internal/dedup/expiringDedupStage.js',
    edits: [['if (time <= this.ctx.lateWatermark)', 'if (time < this.ctx.lateWatermark)']],
    suite: 'simulate',
    runs: 20_000,
  },
  {
    name: 'late is measured by the watermark of the batch itself',
    file: 'lib/query/pipeline.js',
    edits: [
      [
        'const late = this.simulate(previousWatermarkMs)',
        'const late = this.simulate(watermarkMs)',
      ],
    ],
    suite: 'simulate',
    runs: 1000,
  },
  {
    name: 'eviction is one watermark behind',
    file: 'lib/query/pipeline.js',
    edits: [
      [
        'const evict = this.simulate(watermarkMs)',
        'const evict = this.simulate(previousWatermarkMs)',
      ],
    ],
    suite: 'simulate',
    runs: 1000,
  },
  {
    name: 'the last batch closes nothing',
    file: 'lib/query/pipeline.js',
    edits: [['? Number.POSITIVE_INFINITY', '? (evict.get(node) ?? Number.NEGATIVE_INFINITY)']],
    suite: 'simulate',
    runs: 1000,
  },
  {
    name: 'a window begins at the remainder, also before its origin',
    file: 'operators/internal/windowBounds.js',
    edits: [['return time - (past < 0 ? past + slideMs : past);', 'return time - past;']],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'keys are properties of an object',
    file: 'state/tables/keyedMapTable.js',
    edits: [
      [
        'export class KeyedMapTable {',
        'class Properties { at = {}; others = new Map(); get(k) { return this.at[k]; } set(k, v) { this.at[k] = v; } delete(k) { delete this.at[k]; } get size() { return Object.keys(this.at).length; } values() { return Object.values(this.at); } valuesAtRest() { return this.values(); } }\nexport class KeyedMapTable {',
      ],
      ['    map = new KeyMap();', '    map = new Properties();'],
    ],
    suite: 'simulate',
    runs: 1000,
  },
  {
    name: 'what changes after it was encoded ahead is not encoded again',
    file: 'state/tables/changeLog.js',
    edits: [['if (isEncoded(entry))', 'if (false)']],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'a swept table counts as complete',
    file: 'state/tables/keyedMapTable.js',
    edits: [['if (dropped > 0)', 'if (dropped < 0)']],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'a match does not mark its left row',
    file: 'operators/internal/join/prober.js',
    edits: [['if (this.marksLeft)', 'if (this.marksLeft && rows.length > 1e9)']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'a row that is earlier than the latest session of its key does not move its start',
    file: 'operators/internal/sessionMerge.js',
    edits: [['start >= latest.start &&', 'end >= latest.start &&']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'a session that ends later than it did is not looked at again',
    file: 'operators/internal/sessionEnds.js',
    edits: [['this.add(entryKey(entry), entry.value.end);', ';']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'a session that a row bridges to a later one does not give it its start',
    file: 'operators/internal/sessionMerge.js',
    edits: [['latest.start = before.start;', ';']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'a session that another takes in stays in its table',
    file: 'operators/internal/sessionMerge.js',
    edits: [['if (session.stored)', 'if (!session)']],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'windows of a join that end together count as one',
    file: 'operators/internal/join/timedRows.js',
    edits: [['first.value.start !== start;', 'first.value.start > 1e18;']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'one right row of a key stands for all in every join by time',
    file: 'operators/internal/join/streamJoin.js',
    edits: [['this.leftOnly && spec.leavesByKey', 'spec.leavesByKey']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'right rows of a window that closes do not come out',
    file: 'operators/internal/join/timedRows.js',
    edits: [['leaveAll(this.right, entries, leaving.right);', ';']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'a timeout comes again',
    file: 'operators/internal/groupState/groupStateTables.js',
    edits: [['this.timeouts.remove(entry);', ';']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'a removed timer still fires',
    file: 'operators/internal/transform/timerTables.js',
    edits: [['this.byTime.remove(entry);', ';']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'what leaves memory while it is written is not the first that is due',
    file: 'state/tables/storedTimes.js',
    edits: [
      [
        "if (this.first === undefined || (this.first !== 'unknown' && time < this.first)) {",
        'if (false) {',
      ],
    ],
    suite: 'simulate',
    runs: 4000,
  },
];
