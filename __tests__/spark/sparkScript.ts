import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MemoryStream } from '../../lib/sources/memoryStream.js';
import { assertRun, type TestAction } from '../../lib/testing/index.js';

/** A fresh folder for each test of the file, as its checkpoint. */
export function checkpoints(): { readonly folder: string } {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-spark-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return {
    get folder() {
      return folder;
    },
  };
}

/** Rows that wait until the query is started. */
export function addWhileStopped<T>(source: MemoryStream<T>, ...rows: readonly T[]): TestAction {
  return assertRun(`addWhileStopped(${rows.join(', ')})`, () => {
    source.addData(...rows);
  });
}

/** The rows of the last batch, in order. */
export function checkLastInOrder(...expected: readonly unknown[]): TestAction {
  return assertRun('checkLastInOrder', (run) => {
    expect(run.batches.at(-1)?.rows).toEqual(expected);
  });
}

/** The watermark for the batch that comes next (ms), as the query knows it after this one. */
export function checkBatches(n: number): TestAction {
  return assertRun(`${n} batches`, (run) => expect(run.batches).toHaveLength(n));
}

/** Late rows of an operator over all batches so far. */
export function checkDropped(n: number, operator = 0): TestAction {
  return assertRun(`dropped ${n}`, (run) => {
    const drops = run.progress.map((p) => p.stateOperators[operator]?.numRowsDroppedByWatermark);
    expect(drops.reduce((sum: number, one) => sum + (one ?? 0), 0)).toBe(n);
  });
}

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

export const ms = (seconds: number): number => seconds * 1000;
