import { type ErrorCode, StreamingError } from '../errors.js';
import { drive, quietly } from '../maybe.js';
import type { MemoryStream } from '../sources/memoryStream.js';
import { type DurationInput, durationMs } from '../time/duration.js';
import { shown, testFailed } from './assertion.js';
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
  if (typeof (source as Partial<MemoryStream<T>> | undefined)?.addData !== 'function') {
    throw new TypeError(
      `addData takes a memoryStream, not ${String(source)}: put readStream(memoryStream()) in front of the pipe under test`,
    );
  }
  return {
    name: `addData(${rows.map(shown).join(', ')})`,
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
      if (!crashed) throw testFailed(`no batch came to the step '${point}'`);
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
      // Whatever throws: the failure is looked for in the query.
      for (const action of during) await drive(quietly(() => action.run(test)));
      await test.settle().catch(() => undefined);
      const error = test.query.exception;
      const cause = error?.cause instanceof StreamingError ? error.cause.code : undefined;
      if (error?.code === code || cause === code) return;
      throw testFailed(`expected a failure with ${code}, got ${error ? error.message : 'none'}`);
    },
  };
}

/** Without one the query would begin anew, with all rows: no check of a restart, though it looks like one. */
function requireCheckpoint(action: string, { options }: TestRun): void {
  if (options.checkpointLocation !== undefined) return;
  throw new TypeError(
    `${action} needs testStream(…, { checkpointLocation }); with fileSystem: new MemoryFileSystem() it leaves nothing on the disk`,
  );
}
