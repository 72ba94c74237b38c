import type { Mutant } from './mutant.js';

const batch = 'lib/query/batchExecution.js';
const execution = 'lib/query/streamExecution.js';
const loop = 'lib/query/triggerLoop.js';

/** Something has happened, and whoever waits for it is not told. */
export const wakeUps: readonly Mutant[] = [
  {
    name: 'an asynchronous operator that ends during a commit is waited for again',
    file: batch,
    edits: [
      ['if (end.isToCome)\n                yield this.waits.wait(', 'yield this.waits.wait('],
    ],
    suite: 'simulate',
    runs: 1000,
  },
  {
    name: 'an asynchronous operator that fails during a commit is forgotten',
    file: 'lib/query/pipelineEnd.js',
    edits: [['this.failure ??= { error };', 'if (this.settle) this.failure ??= { error };']],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'a query that stops waits for an operator that never ends',
    file: batch,
    edits: [['this.waits.giveUp(new Stopped());', '']],
    suite: 'simulate',
    runs: 12_000,
  },
  {
    name: 'rows that come while a source is asked are forgotten',
    file: loop,
    edits: [
      [
        'this.woken = true;\n        else\n            this.request(0);',
        ';\n        else\n            this.request(0);',
      ],
    ],
    suite: 'simulate',
    runs: 1000,
  },
  {
    name: 'a trigger for later stands in the way of one for now',
    file: loop,
    edits: [['if (this.scheduled.at <= at)', 'if (this.scheduled.at >= at)']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'nobody wakes a query whose timer is due',
    file: loop,
    edits: [['if (due !== undefined)', 'if (due === null)']],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'the first timer that is left on disk is not waited for',
    file: 'operators/internal/wakeUp.js',
    edits: [['then((known) => ctx.wakeAt(earliest(known)))', 'then(() => ctx.wakeAt(undefined))']],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'whoever asks during a trigger is answered by it',
    file: 'lib/query/idleWaiters.js',
    edits: [['this.waiting.splice(0, this.answerable)', 'this.waiting.splice(0)']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'a query closes while its last commit is on its way',
    file: execution,
    edits: [
      [
        'yield* this.turns.close();\n        yield* this.shared.writes.settle();',
        'yield* this.turns.close();',
      ],
    ],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'a query starts again while a plan is on its way',
    file: 'lib/query/writesUnderWay.js',
    edits: [['try {\n            yield* wait(this.planned);', 'try {']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'lookups under way are left alone when another fails',
    file: 'lib/maybe.js',
    edits: [['waiting.push(Promise.reject(error));', 'throw error;']],
    suite: 'simulate',
    runs: 12_000,
  },
];
