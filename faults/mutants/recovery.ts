import type { Mutant } from './mutant.js';

const execution = 'lib/query/streamExecution.js';

/** What a new process makes of what the old one has left. */
export const recovery: readonly Mutant[] = [
  {
    name: 'a replay reads to where its source is now',
    file: 'lib/query/rangeReader.js',
    edits: [
      [
        'const chunks = source.open.read(range.after, range.upTo, source.report);',
        "const upTo = replay ? (yield source.open.latestOffset(range.after, 'one batch')) : range.upTo;\nconst chunks = source.open.read(range.after, upTo ?? range.upTo, source.report);",
      ],
    ],
    suite: 'simulate',
    runs: 1000,
  },
  {
    name: 'a planned batch is planned anew',
    file: execution,
    edits: [['const replay = this.run.takeReplay();', 'const replay = undefined;']],
    suite: 'simulate',
    runs: 1000,
  },
  {
    name: 'the batch after the last commit is numbered one too low',
    file: 'lib/query/queryRun.js',
    edits: [['this.nextBatchId = lastEpoch.batchId + 1;', 'this.nextBatchId = lastEpoch.batchId;']],
    suite: 'simulate',
    runs: 1000,
  },
  {
    name: 'the maxima of the watermark nodes are not restored',
    file: 'lib/query/watermarkClock.js',
    edits: [
      [
        'this.tracker.restore(epoch.nextWatermarkMs ?? 0, epoch.watermarkNodes);',
        'this.tracker.restore(epoch.nextWatermarkMs ?? 0, {});',
      ],
    ],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'the watermark is not restored',
    file: 'lib/query/watermarkClock.js',
    edits: [['this.tracker.restore(epoch.nextWatermarkMs ?? 0, epoch.watermarkNodes);', '']],
    suite: 'simulate',
    runs: 1000,
  },
  {
    name: 'the watermark of late rows is not restored',
    file: 'lib/query/watermarkClock.js',
    edits: [['this.used = epoch.watermarkMs ?? 0;', '']],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'plan and commit are not compared',
    file: 'lib/checkpoint/position.js',
    edits: [['if (plan === epoch || plan === epoch + 1)', 'if (plan < 1e9)']],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'the checksum of plans is not compared',
    file: 'lib/checkpoint/checkpointFile.js',
    edits: [['if (checksum(head, [body]) !== crc)', 'if (checksum(head, body) === undefined)']],
    suite: 'fuzz',
    only: 'files of a checkpoint',
    runs: 20,
  },
  {
    name: 'names are not made durable before a restart goes on from them',
    file: 'lib/checkpoint/checkpoint.js',
    edits: [
      // Of its two names the other would be enough.
      [
        "const named = [location, within('offsets'), within('planned')];",
        'const named = [location];',
      ],
    ],
    suite: 'simulate',
    runs: 20_000,
  },
  {
    name: 'the newest plan is purged with the old ones',
    file: 'lib/checkpoint/offsetLog.js',
    edits: [
      ['this.oldest <= committed - plansKept', 'this.oldest <= committed'],
      // Its second name, from which it would be brought back.
      ['String(committed - 1)', 'String(committed)'],
    ],
    suite: 'simulate',
    runs: 1000,
  },
  {
    name: 'a missing store is made anew',
    file: 'lib/checkpoint/checkpoint.js',
    edits: [['create: planned === undefined || planned === 0,', 'create: true,']],
    suite: 'two',
    only: 'lost store',
    runs: 20,
  },
];
