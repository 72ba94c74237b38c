import type { Mutant } from './mutant.js';

const batch = 'lib/query/batchExecution.js';
const batches = 'lib/query/microBatches.js';
const writes = 'lib/query/writesUnderWay.js';
const deliver = 'yield* batch.deliver(batch.delivery(batchId), report);';
const handOver = 'yield* this.handOver(batchId, closing, undefined, { phase: report.phase });';

/** The order of the protocol: docs/reliability.md. */
export const protocol: readonly Mutant[] = [
  {
    name: 'what was encoded while a commit was on its way is not in the next one',
    file: 'state/durable/commitToCome.js',
    edits: [['return true;', '{ this.forget(); return true; }']],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'the commit comes before the sink',
    file: batches,
    edits: [
      [deliver, 'const late = batch.delivery(batchId);'],
      [handOver, `${handOver} yield* writes.settle(); yield* batch.deliver(late, report);`],
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
    file: batches,
    edits: [
      [
        'const wasStopping = loop.stopping;\n        yield* writes.settle();',
        'const wasStopping = loop.stopping;',
      ],
    ],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'a batch is planned before the one before is committed',
    file: writes,
    edits: [['plan(plan, pending?.answer)', 'plan(plan)']],
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
      ['*forget({ batchId, ranges, at }) {', '*forget({ batchId, ranges, at, failedRows }) {'],
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
    file: batches,
    edits: [["report.phase = 'the checkpoint';\n        yield* writes.whenPlanned();", '']],
    suite: 'simulate',
    runs: 1000,
  },
  {
    name: 'an epoch is planned with its last turn only',
    file: 'lib/checkpoint/checkpoint.js',
    edits: [
      [
        'turns: this.turns.json })',
        "turns: this.turns.json.subarray(Math.max(0, Buffer.from(this.turns.json).lastIndexOf('{\"timestampMs'))) })",
      ],
    ],
    suite: 'simulate',
    runs: 2000,
  },
];
