import fc from 'fast-check';
import { tap } from 'rxjs';
import { continuous, readBatch } from '../../index.js';
import { manualClock } from '../../lib/testing/index.js';
import type { Plan, Row } from '../conformance/vector.js';
import { aggregations, cuts, inputs, type Query, queries, stepsOf } from './plans.js';
import { type Answer, bag, prepare, run } from './runQuery.js';

const runs = { numRuns: 60 };
/** Of laws that run a query on a checkpoint, which costs more. */
const storedRuns = { numRuns: 25 };

const given = fc.record({ query: queries, input: inputs, batches: cuts });
const grouped = fc.record({ query: aggregations, input: inputs, batches: cuts });

/** Key and window of a group's row: what its aggregates are not. */
function groupOf({ plan }: Query, row: Row): string {
  if (plan.op !== 'aggregate') throw new TypeError('no aggregation');
  return JSON.stringify([...plan.keys.map((key) => row[key]), row.window]);
}

describe('laws of every query', () => {
  it('update output folded by key is the complete output', async () => {
    await fc.assert(
      fc.asyncProperty(grouped, async ({ query, input, batches }) => {
        const steps = stepsOf(query, input, batches);
        const options = { completes: false };
        const updates = await run(query, steps, { ...options, outputMode: 'update' });
        const complete = await run(query, steps, { ...options, outputMode: 'complete' });
        const folded = new Map(updates.rows.map((row) => [groupOf(query, row), row]));
        expect(bag([...folded.values()])).toEqual(bag(complete.batches.at(-1)?.rows ?? []));
      }),
      runs,
    );
  });

  const anywhere = fc.array(fc.boolean(), { minLength: 7, maxLength: 7 });

  it('restarts and crashes anywhere change nothing', async () => {
    await fc.assert(
      fc.asyncProperty(given, anywhere, anywhere, async (one, restarts, crashes) => {
        const { query } = one;
        const steps = stepsOf(query, one.input, one.batches);
        const shown = (answer: Answer) =>
          answer.batches.map(({ batchId, rows }) => [batchId, bag(rows)]);
        const straight = shown(await run(query, steps));
        expect(shown(await run(query, steps, { restarts, crashes, stored: true }))).toEqual(
          straight,
        );
      }),
      storedRuns,
    );
  });

  it('nor do they where a limit reads the order of rows', async () => {
    await fc.assert(
      fc.asyncProperty(given, anywhere, anywhere, async (one, restarts, crashes) => {
        const query: Query = { ...one.query, plan: { op: 'limit', in: one.query.plan, n: 5 } };
        const steps = stepsOf(query, one.input, one.batches);
        const straight = (await run(query, steps)).batches;
        const broken = await run(query, steps, { restarts, crashes, stored: true });
        expect(broken.batches).toEqual(straight);
      }),
      storedRuns,
    );
  });

  it('state is empty when the watermark has passed everything', async () => {
    await fc.assert(
      fc.asyncProperty(given, async ({ query, input, batches }) => {
        const steps = stepsOf(query, input, batches);
        const last = Object.fromEntries(
          Object.entries(query.sources).map(([name, prefix]) => [name, [endRow(prefix)]]),
        );
        const plan = withoutEndRows(query.plan);
        const answer = await run({ ...query, plan }, [...steps, last], { completes: false });
        const totals = answer.progress.at(-1)?.stateOperators.map((one) => one.numRowsTotal);
        expect(totals?.every((total) => total === 0)).toBe(true);
      }),
      runs,
    );
  });

  it('no operator calls a row late that another operator has made', async () => {
    await fc.assert(
      fc.asyncProperty(given, async ({ query, input, batches }) => {
        const answer = await run(query, stepsOf(query, input, batches));
        for (const { stateOperators } of answer.progress) {
          expect(stateOperators.map((one) => one.numRowsDroppedByWatermark)).toEqual(
            stateOperators.map(() => 0),
          );
        }
      }),
      runs,
    );
  });

  it('any split into batches gives the same rows in the end, and so does a table', async () => {
    await fc.assert(
      fc.asyncProperty(given, cuts, async ({ query, input, batches }, others) => {
        const first = bag((await run(query, stepsOf(query, input, batches))).rows);
        const second = await run(query, stepsOf(query, input, others));
        expect(bag(second.rows)).toEqual(first);
        const table = prepare(query);
        for (const step of stepsOf(query, input, batches)) table.add(step);
        expect(bag(await readBatch(table.rows$))).toEqual(first);
      }),
      runs,
    );
  });

  it('a live subscription gives what a query gives', async () => {
    await fc.assert(
      fc.asyncProperty(given, async ({ query, input, batches }) => {
        const steps = stepsOf(query, input, batches);
        const live = prepare(query);
        const rows: Row[] = [];
        const done = live.rows$.forEach((row) => {
          rows.push(row);
        });
        for (const step of steps) live.add(step);
        live.complete();
        await done;
        expect(bag(rows)).toEqual(bag((await run(query, steps)).rows));
      }),
      runs,
    );
  });

  it('RxJS operators between ours change nothing, live and in a query', async () => {
    await fc.assert(
      fc.asyncProperty(given, async ({ query, input, batches }) => {
        const steps = stepsOf(query, input, batches);
        const expected = bag((await run(query, steps)).rows);
        const live = prepare(query, tap());
        const table = prepare(query, tap());
        const rows: Row[] = [];
        const done = live.rows$.forEach((row) => {
          rows.push(row);
        });
        for (const step of steps) {
          live.add(step);
          table.add(step);
        }
        live.complete();
        await done;
        expect(bag(rows)).toEqual(expected);
        expect(bag(await readBatch(table.rows$))).toEqual(expected);
      }),
      runs,
    );
  });

  it('continuous mode gives what batches give, and the same again after a crash', async () => {
    await fc.assert(
      fc.asyncProperty(given, anywhere, async ({ query, input, batches }, crashes) => {
        const steps = stepsOf(query, input, batches);
        const inEpochs = (during: readonly boolean[]) => {
          const clock = manualClock();
          return run(query, steps, {
            trigger: continuous('1 second', clock),
            stored: true,
            between: () => clock.advance(1000),
            crashes: during,
          });
        };
        const expected = bag((await run(query, steps)).rows);
        expect(bag((await inEpochs([])).rows)).toEqual(expected);
        expect(bag((await inEpochs(crashes)).rows)).toEqual(expected);
      }),
      storedRuns,
    );
  });
});

const endMs = 10_000_000;

function endRow(prefix: string): Row {
  return { [`${prefix}time`]: endMs, [`${prefix}k`]: 'end', [`${prefix}j`]: 0, [`${prefix}v`]: 0 };
}

/** The last rows raise the watermarks and go no further. */
function withoutEndRows(plan: Plan): Plan {
  switch (plan.op) {
    case 'withWatermark':
      return { op: 'filter', in: plan, where: [[plan.column, '<', endMs]] };
    case 'source':
      return plan;
    case 'union':
      return { ...plan, inputs: plan.inputs.map(withoutEndRows) };
    case 'join':
      return { ...plan, left: withoutEndRows(plan.left), right: withoutEndRows(plan.right) };
    default:
      return { ...plan, in: withoutEndRows(plan.in) };
  }
}
