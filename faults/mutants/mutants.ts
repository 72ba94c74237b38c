import type { Mutant } from './mutant.js';

const batch = 'lib/query/batchExecution.js';
const execution = 'lib/query/streamExecution.js';
const deliver = 'yield* batch.deliver(batch.delivery(batchId), report);';
const handOver = 'yield* this.handOver(batchId, closing, undefined, { phase: report.phase });';

/** The order of the protocol: docs/reliability.md. */
const protocol: readonly Mutant[] = [
  {
    name: 'the commit comes before the sink',
    file: execution,
    edits: [
      [deliver, 'const late = batch.delivery(batchId);'],
      [handOver, `${handOver} yield* this.settle(); yield* batch.deliver(late, report);`],
    ],
    suite: 'simulate',
    runs: 1000,
  },
  {
    name: 'the commit does not wait for the sink',
    file: batch,
    edits: [
      [
        'yield* wait(run.sink.addBatch(batchId, rows, setup.outputMode));',
        'void Promise.resolve(run.sink.addBatch(batchId, rows, setup.outputMode)).catch(() => 0);',
      ],
    ],
    suite: 'simulate',
    runs: 1000,
  },
  {
    name: 'the commit of an epoch does not wait for its plan and its sink',
    file: batch,
    edits: [
      ['commit(this.epoch(batchId, closing), delivered)', 'commit(this.epoch(batchId, closing))'],
    ],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'a batch goes to the sink before the one before is committed',
    file: execution,
    edits: [
      [
        'const wasStopping = loop.stopping;\n        yield* this.settle();',
        'const wasStopping = loop.stopping;',
      ],
    ],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'a batch is planned before the one before is committed',
    file: execution,
    edits: [['then(pending?.answer, write)', 'then(undefined, write)']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'sources forget before the commit',
    file: batch,
    edits: [
      [
        "setup.killPoint('kp8:after');",
        'for (const { open, position } of run.sources) if (position !== null) yield* wait(open.commit(position));',
      ],
    ],
    suite: 'simulate',
    runs: 1000,
  },
  {
    name: 'dead letters come after the commit',
    file: batch,
    edits: [
      ["yield* wait(run.failedSink?.addBatch(batchId, failedRows, 'append'));", ''],
      ['*forget({ batchId, ranges }) {', '*forget({ batchId, ranges, failedRows }) {'],
      [
        "setup.killPoint('kp10:before');",
        "yield* wait(run.failedSink?.addBatch(batchId, failedRows, 'append'));",
      ],
    ],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'a batch does not wait for its plan',
    file: execution,
    edits: [["report.phase = 'the checkpoint';\n        yield* wait(this.planned);", '']],
    suite: 'simulate',
    runs: 1000,
  },
  {
    name: 'an epoch is planned with its last turn only',
    file: 'lib/query/continuousEpoch.js',
    edits: [
      [
        'const { turnTexts, previousWatermarkMs } = this;',
        'const { previousWatermarkMs } = this; const turnTexts = this.turnTexts.slice(-1);',
      ],
    ],
    suite: 'simulate',
    runs: 2000,
  },
];

/** What a new process makes of what the old one has left. */
const recovery: readonly Mutant[] = [
  {
    name: 'a replay reads to where its source is now',
    file: batch,
    edits: [
      [
        'const chunks = source.open.read(range.after, range.upTo, source.report);',
        "const upTo = replay ? yield* wait(source.open.latestOffset(range.after, 'one batch')) : range.upTo;\nconst chunks = source.open.read(range.after, upTo ?? range.upTo, source.report);",
      ],
    ],
    suite: 'simulate',
    runs: 1000,
  },
  {
    name: 'a planned batch is planned anew',
    file: execution,
    edits: [['const replay = run.takeReplay();', 'const replay = undefined;']],
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
    edits: [['if (checksum(head, body) !== crc)', 'if (checksum(head, body) === undefined)']],
    suite: 'fuzz',
    only: 'files of a checkpoint',
    runs: 20,
  },
  {
    name: 'names are not made durable before a restart goes on from them',
    file: 'lib/checkpoint/checkpoint.js',
    edits: [
      ["await fileSystem.syncDirectory?.(join(location, 'offsets'));", ''],
      // Of its two names the other would be enough.
      ["await fileSystem.syncDirectory?.(join(location, 'planned'));", ''],
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

/** Files, disks and owners. */
const files: readonly Mutant[] = [
  {
    name: 'files get their names without an fsync',
    file: 'lib/checkpoint/memoryFileSystem.js',
    edits: [['await this.syncFile(path, inode);', '']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'directories are not synced',
    file: 'lib/checkpoint/memoryFileSystem.js',
    edits: [
      [
        "if (!(await this.step('fsync directory', path)))",
        "if ((await this.step('fsync directory', path)) !== undefined)",
      ],
    ],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'a second writer of a plan overwrites it',
    file: 'lib/checkpoint/nodeFileSystem.js',
    edits: [['await fs.link(temporary, path);', 'await fs.rename(temporary, path);']],
    suite: 'two',
    only: 'zombie',
    runs: 60,
  },
  {
    name: 'a copied checkpoint is not recognised',
    file: 'lib/checkpoint/metadataFile.js',
    edits: [['if (sameJson(body, { inode: found }))', 'if (body !== undefined)']],
    suite: 'two',
    only: 'copy',
    runs: 10,
  },
  {
    name: 'the file sink does not look at batch ids',
    file: 'lib/sinks/file/fileSinkRun.js',
    edits: [['const known = batchId <= open.writer.last;', 'const known = false;']],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'the manifest names files before they are written',
    file: 'lib/sinks/file/fileSinkRun.js',
    edits: [
      ['yield* this.publish(file, batchId);', ';'],
      [
        'this.filesWritten += files.length;',
        'for (const file of files) yield* this.publish(file, batchId);',
      ],
    ],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'committed files count as leftovers of a crash',
    file: 'lib/sinks/file/openManifest.js',
    edits: [['if (!committed.has(file))', 'if (committed !== undefined)']],
    suite: 'simulate',
    runs: 10_000,
  },
  {
    name: 'merged entries go before their merger is there',
    file: 'lib/sinks/file/manifestWriter.js',
    edits: [
      [
        'yield* wait(this.setup.fileSystem.publish(this.fileOf(merged), encodeEntry(merged)));',
        'for (const old of due) yield* wait(this.setup.fileSystem.remove(this.fileOf(old)));\nyield* wait(this.setup.fileSystem.publish(this.fileOf(merged), encodeEntry(merged)));',
      ],
    ],
    suite: 'simulate',
    runs: 10_000,
  },
];

/** The log of a durable source. */
const logs: readonly Mutant[] = [
  {
    name: 'after a failed fsync the log tries again and goes on',
    file: 'lib/sources/durable/durableLog.js',
    edits: [
      [
        'await file.sync();\n        await this.mark?.reached',
        'await Promise.resolve(file.sync()).catch(() => file.sync());\n        await this.mark?.reached',
      ],
    ],
    suite: 'disk',
    only: 'calls',
    runs: 900,
  },
  {
    name: 'a log whose end is gone is taken for a torn one',
    file: 'lib/sources/durable/recoverLog.js',
    edits: [['if (next <= (await syncedUpTo(fileSystem, directory)))', 'if (next < 0)']],
    suite: 'disk',
    only: 'rot',
    runs: 8000,
  },
];

/** Operators and their state. */
const operators: readonly Mutant[] = [
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
        'class Properties { at = {}; get(k) { return this.at[k]; } set(k, v) { this.at[k] = v; } has(k) { return k in this.at; } delete(k) { delete this.at[k]; } get size() { return Object.keys(this.at).length; } values() { return Object.values(this.at); } }\nexport class KeyedMapTable {',
      ],
      ['    map = new Map();', '    map = new Properties();'],
    ],
    suite: 'simulate',
    runs: 1000,
  },
  {
    name: 'what changes after it was encoded ahead is not encoded again',
    file: 'state/tables/changeLog.js',
    edits: [['if (entry.encoded)', 'if (false)']],
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

/** Decoders. */
const decoders: readonly Mutant[] = [
  {
    name: 'the checksum of a stored value is not compared',
    file: 'state/durable/frame.js',
    edits: [['if (crc !== view.getInt32(0))', 'if (crc === undefined)']],
    suite: 'fuzz',
    only: 'frames',
    runs: 20,
  },
  {
    name: 'the checksum of a log record is not compared',
    file: 'lib/sources/durable/logRecord.js',
    edits: [
      [
        'if (crc32(segment.subarray(at + 8, end)) !== segment.readUInt32LE(at + 4))',
        'if (crc32(segment.subarray(at + 8, end)) === undefined)',
      ],
    ],
    suite: 'fuzz',
    only: 'logs',
    runs: 20,
  },
  {
    name: 'a character that lies in two chunks is cut',
    file: 'lib/sources/socket/lineSplitter.js',
    edits: [['this.parts.push(bytes);', "this.parts.push(Buffer.from(bytes.toString('utf8')));"]],
    suite: 'fuzz',
    only: 'socket lines',
    runs: 20,
  },
];

export const mutants: readonly Mutant[] = [
  ...protocol,
  ...recovery,
  ...files,
  ...logs,
  ...operators,
  ...decoders,
];
