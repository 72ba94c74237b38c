import type { ExpectedBatch, Plan, Row, Vector } from './vector.js';

export interface GotBatch {
  readonly batchId: number;
  readonly watermarkMs: number | null;
  readonly rows: readonly Row[];
  readonly state: readonly {
    readonly operator: string;
    readonly total: number;
    readonly updated: number;
    readonly removed: number;
    readonly dropped: number;
  }[];
}

/** The first difference as a person reads it; undefined: the same answer. */
export function firstDifference(vector: Vector, got: readonly GotBatch[]): string | undefined {
  const expected = vector.expect ?? [];
  const ordered = endsInSort(vector.plan);
  for (let i = 0; i < Math.max(expected.length, got.length); i++) {
    const want = expected[i];
    const have = got[i];
    if (!want) return `batch ${have?.batchId}: not expected\n  got ${brief(have?.rows)}`;
    if (!have) return `batch ${want.batchId}: missing\n  expected ${brief(want.rows)}`;
    const difference = batchDifference(vector, want, have, ordered);
    if (difference) return `batch ${want.batchId} (step ${want.step ?? '-'}): ${difference}`;
  }
  return undefined;
}

/** The same for a vector with a clock: which batches a step takes is not compared. */
export function firstStepDifference(
  vector: Vector,
  got: readonly (readonly Row[])[],
): string | undefined {
  for (const [i, want] of (vector.expectRows ?? []).entries()) {
    const difference = rowsDifference(want, got[i] ?? [], false);
    if (difference) return `step ${i}: ${difference}`;
  }
  return undefined;
}

function batchDifference(
  vector: Vector,
  want: ExpectedBatch,
  have: GotBatch,
  ordered: boolean,
): string | undefined {
  if (want.batchId !== have.batchId) return `batchId expected ${want.batchId}, got ${have.batchId}`;
  if (want.watermarkMs !== have.watermarkMs) {
    return `watermark expected ${want.watermarkMs}, got ${have.watermarkMs}`;
  }
  return rowsDifference(want.rows, have.rows, ordered) ?? stateDifference(vector, want, have);
}

function rowsDifference(
  want: readonly Row[],
  have: readonly Row[],
  ordered: boolean,
): string | undefined {
  const sort = (rows: readonly Row[]) => {
    const texts = rows.map(canonical);
    return ordered ? texts : texts.sort();
  };
  const wantRows = sort(want);
  const haveRows = sort(have);
  if (sameRows(wantRows, haveRows)) return undefined;
  return `rows\n  expected ${wantRows.join('\n           ')}\n  got      ${haveRows.join('\n           ')}`;
}

const exactTotals = new Set([
  'stateStoreSave',
  'sessionWindowStateStoreSaveExec',
  'dedupe',
  'dedupeWithinWatermark',
  'applyInPandasWithState',
]);
/**
 * Of flatMapGroupsWithState Spark keeps a key whose timeout has fired and that has no state, and counts
 * the removal of what is not there.
 */
const exactDrops = new Set([
  'dedupe',
  'dedupeWithinWatermark',
  'flatMapGroupsWithState',
  'applyInPandasWithState',
]);
/** Spark writes all sessions of a key anew, and stores no right row of a join that it would evict at once. */
const exactChanges = new Set([
  'dedupe',
  'dedupeWithinWatermark',
  'applyInPandasWithState',
  'stateStoreSave',
]);

function stateDifference(vector: Vector, want: ExpectedBatch, have: GotBatch): string | undefined {
  // Spark counts internal rows of a limit, and has no state for it in complete mode.
  const gotStates = have.state.filter(({ operator }) => operator !== 'globalLimit');
  const wantStates = want.state.filter(({ operator }) => !/limit/i.test(operator));
  for (const [i, expected] of wantStates.entries()) {
    const got = gotStates[i];
    if (!got) return `state of ${expected.operator} missing`;
    const joinIsExact = expected.operator === 'symmetricHashJoin' && !joinHasWhere(vector.plan);
    const total = exactTotals.has(expected.operator) || joinIsExact;
    if (total && expected.total !== got.total) {
      return `state total of ${expected.operator} expected ${expected.total}, got ${got.total}`;
    }
    if (exactChanges.has(expected.operator)) {
      for (const count of ['updated', 'removed'] as const) {
        if (expected[count] === got[count]) continue;
        return `${count} rows of ${expected.operator} expected ${expected[count]}, got ${got[count]}`;
      }
    }
    const drops = exactDrops.has(expected.operator) || joinIsExact;
    if (drops && expected.dropped !== got.dropped) {
      return `late rows of ${expected.operator} expected ${expected.dropped}, got ${got.dropped}`;
    }
    const isAggregation = expected.operator.toLowerCase().includes('statestoresave');
    if (isAggregation && expected.dropped > 0 !== got.dropped > 0) {
      return `late rows of ${expected.operator} expected ${expected.dropped}, got ${got.dropped} (zero or not)`;
    }
  }
  return undefined;
}

function joinHasWhere(plan: Plan): boolean {
  if (plan.op === 'join') {
    return (plan.where?.length ?? 0) > 0 || joinHasWhere(plan.left) || joinHasWhere(plan.right);
  }
  if (plan.op === 'union') return plan.inputs.some(joinHasWhere);
  return plan.op === 'source' ? false : joinHasWhere(plan.in);
}

function endsInSort(plan: Plan): boolean {
  return plan.op === 'sort' || (plan.op === 'limit' && endsInSort(plan.in));
}

/** Columns in order of name, so that rows compare as text; numbers as they are. */
function canonical(row: Row): string {
  return JSON.stringify(sorted(row));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === undefined) return null;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

function sameRows(want: readonly string[], have: readonly string[]): boolean {
  if (want.length !== have.length) return false;
  const left = [...have];
  return want.every((text) => {
    const i = left.findIndex(
      (other) => other === text || close(JSON.parse(text), JSON.parse(other)),
    );
    if (i < 0) return false;
    left.splice(i, 1);
    return true;
  });
}

/** Numbers within 1e-9 relative, everything else exact. */
function close(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') {
    return a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [x, y] = [Object.entries(a), Object.entries(b)];
  return x.length === y.length && x.every(([key, value]) => close(value, (b as Row)[key]));
}

function brief(rows: readonly Row[] | undefined): string {
  return JSON.stringify(rows ?? []).slice(0, 500);
}
