import { requireKnownOptions } from '../options/knownOptions.js';
import { requireEqual, requireSameRows, shown, testFailed } from './assertion.js';
import type { TestAction, TestRun } from './testStream.js';

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
    name: `assertState(${shown(expected)}, ${operator})`,
    run: (test) => {
      const state = test.progress.at(-1)?.stateOperators[operator];
      if (!state) throw testFailed(`no stateful operator ${operator} in the last batch`);
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

function allRows(test: TestRun): readonly unknown[] {
  return test.batches.flatMap((batch) => batch.rows);
}

function check(
  name: string,
  expected: readonly unknown[],
  rowsOf: (test: TestRun) => readonly unknown[],
): TestAction {
  return {
    name: `${name}(${expected.map(shown).join(', ')})`,
    run: (test) => {
      const got = rowsOf(test);
      requireSameRows(got, expected);
      test.checked = allRows(test).length;
    },
  };
}
