import { AssertionError } from 'node:assert';
import { inspect, isDeepStrictEqual } from 'node:util';
import { type ErrorCode, StreamingError } from '../errors.js';
import { requireKnownOptions } from '../sources/knownOptions.js';
import type { MemoryStream } from '../sources/memoryStream.js';
import { type DurationInput, durationMs } from '../time/duration.js';
import { deepFreeze } from './deepFreeze.js';
import type { TestAction, TestRun } from './testStream.js';

/**
 * Adds rows to a source, and lets the query process what a trigger takes. The rows are frozen: a pipe
 * that changes a row, which a query must not, fails its script.
 *
 * @example
 * await testStream(words)(addData(input, 'a', 'b'), checkNewAnswer('a', 'b'));
 * @since 0.1.0
 */
export function addData<T>(source: MemoryStream<T>, ...rows: readonly T[]): TestAction {
  return {
    name: `addData(${rows.map(show).join(', ')})`,
    run: (test) => {
      rows.forEach(deepFreeze);
      source.addData(...rows);
      return test.settle();
    },
  };
}

/**
 * Moves the script's manual clock, and lets what becomes due happen.
 *
 * @example
 * const clock = manualClock();
 * await testStream(words, { clock, trigger: processingTime('10 seconds', clock) })(
 *   addData(input, 'a'),
 *   advanceClock('10 seconds'),
 *   checkNewAnswer('a'),
 * );
 * @since 0.1.0
 */
export function advanceClock(by: DurationInput): TestAction {
  const ms = durationMs(by, 'advanceClock');
  return {
    name: `advanceClock(${ms} ms)`,
    run: (test) => {
      const { clock } = test.options;
      if (!clock) throw new TypeError('advanceClock needs testStream(…, { clock: manualClock() })');
      clock.advance(ms);
      return test.settle();
    },
  };
}

/**
 * Waits until all rows that are there have been processed, no-data batches included.
 *
 * @example
 * await testStream(words)(addData(input, 'a'), processAllAvailable, checkAnswer('a'));
 * @since 0.1.0
 */
export const processAllAvailable: TestAction = {
  name: 'processAllAvailable',
  run: (test) => test.query.processAllAvailable(),
};

/**
 * All rows that ever reached the sink, in any order.
 *
 * @example
 * await testStream(words)(addData(input, 'a'), addData(input, 'b'), checkAnswer('a', 'b'));
 * @since 0.1.0
 */
export function checkAnswer(...expected: readonly unknown[]): TestAction {
  return check('checkAnswer', expected, (test) => allRows(test));
}

/**
 * The rows since the last check, in any order.
 *
 * @example
 * await testStream(words)(addData(input, 'a'), checkNewAnswer('a'), checkNewAnswer());
 * @since 0.1.0
 */
export function checkNewAnswer(...expected: readonly unknown[]): TestAction {
  return check('checkNewAnswer', expected, (test) => allRows(test).slice(test.checked));
}

/**
 * The rows of the last batch, in any order.
 *
 * @example
 * await testStream(words)(addData(input, 'a'), addData(input, 'b'), checkLastBatch('b'));
 * @since 0.1.0
 */
export function checkLastBatch(...expected: readonly unknown[]): TestAction {
  return check('checkLastBatch', expected, (test) => test.batches.at(-1)?.rows ?? []);
}

/**
 * Stops the query and starts it again from its checkpoint.
 *
 * @example
 * await testStream(words, { checkpointLocation })(
 *   addData(input, 'a'),
 *   restart,
 *   addData(input, 'b'),
 *   checkAnswer('a', 'b'),
 * );
 * @since 0.1.0
 */
export const restart: TestAction = {
  name: 'restart',
  run: async (test) => {
    requireCheckpoint('restart', test);
    await test.stop();
    test.start();
    await test.settle();
  },
};

/**
 * Stops the query; `restart` starts it again.
 *
 * @example
 * await testStream(words, { checkpointLocation })(
 *   addData(input, 'a'),
 *   stop,
 *   restart,
 *   checkAnswer('a'),
 * );
 * @since 0.1.0
 */
export const stop: TestAction = { name: 'stop', run: (test) => test.stop() };

/**
 * Lets the next batch crash at a step of the protocol (docs/guide/testing.md lists them), while
 * `during` happens, then starts the query again.
 *
 * @example
 * await testStream(words, { checkpointLocation })(
 *   crash('kp9:before', addData(input, 'a')), // before the commit: the batch runs again
 *   checkAnswer('a'),
 * );
 * @since 0.1.0
 */
export function crash(point: string, ...during: readonly TestAction[]): TestAction {
  return {
    name: `crash('${point}', ${during.map((action) => action.name).join(', ')})`,
    run: async (test) => {
      requireCheckpoint('crash', test);
      await test.stop();
      let crashed = false;
      test.start((name) => {
        if (name !== point || crashed) return;
        crashed = true;
        throw new Error(`planned crash at ${point}`);
      });
      for (const action of during) {
        try {
          await action.run(test);
        } catch (error) {
          if (!crashed) throw error;
        }
      }
      if (!crashed) throw failed(`no batch came to the step '${point}'`);
      await test.stop();
      test.start();
      await test.settle();
    },
  };
}

/**
 * `during` must make the query fail with this code, itself or as the cause of a failed batch.
 *
 * @example
 * await testStream(words)(expectFailure('BATCH_FAILED', addData(input, 'not a number')));
 * @since 0.1.0
 */
export function expectFailure(code: ErrorCode, ...during: readonly TestAction[]): TestAction {
  return {
    name: `expectFailure('${code}')`,
    run: async (test) => {
      for (const action of during) await attempt(() => action.run(test));
      await test.settle().catch(() => undefined);
      const error = test.query.exception;
      const cause = error?.cause instanceof StreamingError ? error.cause.code : undefined;
      if (error?.code === code || cause === code) return;
      throw failed(`expected a failure with ${code}, got ${error ? error.message : 'none'}`);
    },
  };
}

/**
 * Figures of a stateful operator in the last batch; by default of the only one.
 *
 * @example
 * await testStream(words)(addData(input, 'a', 'a'), assertState({ total: 1, updated: 1 }));
 * @since 0.1.0
 */
export function assertState(
  expected: {
    readonly total?: number;
    readonly updated?: number;
    readonly removed?: number;
    readonly dropped?: number;
  },
  operator = 0,
): TestAction {
  const names = { total: true, updated: true, removed: true, dropped: true } as const;
  requireKnownOptions('assertState', expected, names);
  return {
    name: `assertState(${show(expected)}, ${operator})`,
    run: (test) => {
      const state = test.progress.at(-1)?.stateOperators[operator];
      if (!state) throw failed(`no stateful operator ${operator} in the last batch`);
      const got = {
        total: state.numRowsTotal,
        updated: state.numRowsUpdated,
        removed: state.numRowsRemoved,
        dropped: state.numRowsDroppedByWatermark,
      };
      const asked = Object.fromEntries(
        Object.keys(expected).map((name) => [name, got[name as keyof typeof got]]),
      );
      requireEqual(asked, expected);
    },
  };
}

/**
 * The watermark used in the last batch (ms).
 *
 * @example
 * await testStream(words)(addData(input, 'a'), assertWatermark(60_000));
 * @since 0.1.0
 */
export function assertWatermark(expectedMs: number): TestAction {
  return {
    name: `assertWatermark(${expectedMs})`,
    run: (test) => {
      const got = test.progress.at(-1)?.eventTime.watermark;
      requireEqual(got === undefined ? undefined : Date.parse(got), expectedMs);
    },
  };
}

/**
 * Any check of your own on the run: progress, batches, the query.
 *
 * @example
 * await testStream(words)(
 *   addData(input, 'a'),
 *   assertRun('one batch', (run) => expect(run.query.lastProgress?.batchId).toBe(0)),
 * );
 * @since 0.1.0
 */
export function assertRun(name: string, body: (test: TestRun) => void | Promise<void>): TestAction {
  return { name, run: body };
}

/** Without one the query would begin anew, with all rows: no check of a restart, though it looks like one. */
function requireCheckpoint(action: string, { options }: TestRun): void {
  if (options.checkpointLocation !== undefined) return;
  throw new TypeError(
    `${action} needs testStream(…, { checkpointLocation }); with fileSystem: new MemoryFileSystem() it leaves nothing on the disk`,
  );
}

async function attempt(body: () => void | Promise<void>): Promise<void> {
  try {
    await body();
  } catch {
    // The failure is looked for in the query.
  }
}

function allRows(test: TestRun): readonly unknown[] {
  return test.batches.flatMap((batch) => batch.rows);
}

function check(
  name: string,
  expected: readonly unknown[],
  rowsOf: (test: TestRun) => readonly unknown[],
): TestAction {
  return {
    name: `${name}(${expected.map(show).join(', ')})`,
    run: (test) => {
      const got = rowsOf(test);
      requireSameRows(got, expected);
      test.checked = allRows(test).length;
    },
  };
}

function requireSameRows(got: readonly unknown[], expected: readonly unknown[]): void {
  const left = [...got];
  const same =
    got.length === expected.length &&
    expected.every((row) => {
      const i = left.findIndex((other) => isDeepStrictEqual(other, row));
      if (i >= 0) left.splice(i, 1);
      return i >= 0;
    });
  if (!same) {
    throw failed(`expected rows\n  ${lines(expected)}\ngot\n  ${lines(got)}`, { got, expected });
  }
}

function requireEqual(got: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(got, expected)) {
    throw failed(`expected ${show(expected)}, got ${show(got)}`, { got, expected });
  }
}

/** As test runners know it: code `ERR_ASSERTION`, what was compared in `actual` and `expected`. */
function failed(message: string, compared?: { readonly got: unknown; readonly expected: unknown }) {
  if (!compared) return new AssertionError({ message });
  return new AssertionError({ message, actual: compared.got, expected: compared.expected });
}

function lines(rows: readonly unknown[]): string {
  return rows.length === 0 ? '(none)' : rows.map(show).join('\n  ');
}

function show(value: unknown): string {
  return inspect(value, { depth: 6, breakLength: Number.POSITIVE_INFINITY });
}
