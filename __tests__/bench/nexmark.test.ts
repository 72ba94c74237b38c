import {
  checkedEvents,
  type DataSet,
  dataSets,
  expectedAnswer,
  finalRows,
  hashOf,
} from '../../bench/nexmark/answers.js';
import type { NexmarkEvent } from '../../bench/nexmark/event.js';
import { Generator } from '../../bench/nexmark/generator/generate.js';
import { plainLoops } from '../../bench/nexmark/loops/all.js';
import { nexmarkQueries } from '../../bench/nexmark/queries/all.js';
import { inBatches, runInMemory } from '../../bench/nexmark/runQuery.js';

// The others run with every bench.
describe.each<DataSet>(['disorder-1000'])('Nexmark, %s', (set) => {
  let batches: readonly (readonly NexmarkEvent[])[] = [];

  beforeAll(() => {
    batches = inBatches(new Generator(dataSets[set]).events(checkedEvents), 10_000);
  });

  it.each(nexmarkQueries)('$name answers as the oracle does', async (query) => {
    const rows: object[] = [];
    await runInMemory(query, batches, { row: (row) => void rows.push(row) });
    const { columns, rows: count, sha256 } = expectedAnswer(set, query.name);
    expect(hashOf(finalRows(query, rows), columns)).toEqual({ rows: count, sha256 });
  });

  it.each(nexmarkQueries.filter(({ name }) => plainLoops.has(name)))(
    'the plain loop of $name too',
    (query) => {
      const rows: object[] = [];
      const loop = plainLoops.get(query.name)?.((row) => void rows.push(row));
      for (const batch of batches) loop?.batch(batch);
      loop?.end();
      const { columns, rows: count, sha256 } = expectedAnswer(set, query.name);
      expect(hashOf(finalRows(query, rows), columns)).toEqual({ rows: count, sha256 });
    },
  );
});
