import { join } from 'node:path';
import { parquetFiles } from '../../lib/parquet/index.js';
import type { FileOffset } from '../../lib/sources/files/fileOffset.js';
import type { Source } from '../../lib/sources/source.js';
import { Reported, sourceContext } from '../sources/sourceContext.js';

const flights = join('node_modules', 'vega-datasets', 'data', 'flights-3m.parquet');
const schema = 'date TIMESTAMP, delay BIGINT, distance BIGINT, origin STRING, destination STRING';

describe('parquetFiles over three million flights', () => {
  it('gives each row once, in batches that end inside row groups', async () => {
    const stream = parquetFiles(flights, {
      schema,
      columns: ['date', 'delay', 'origin'],
      timestamps: 'ms',
      maxRowsPerTrigger: 400_000,
    });
    const source = (await stream.open(sourceContext())) as Source<
      { date: number | null; delay: number | null; origin: string | null },
      FileOffset
    >;
    const batches: number[] = [];
    const origins = new Set<string | null>();
    let delays = 0;
    let first = Number.POSITIVE_INFINITY;
    let at: FileOffset | null = null;
    for (;;) {
      const end: FileOffset | null = await source.latestOffset(at, 'one batch');
      if (end === at || end === null) break;
      let rows = 0;
      for await (const chunk of source.read(at, end, new Reported())) {
        rows += chunk.length;
        for (const row of chunk) {
          origins.add(row.origin);
          delays += row.delay ?? 0;
          first = Math.min(first, row.date ?? Number.POSITIVE_INFINITY);
        }
      }
      batches.push(rows);
      at = end;
    }
    expect(batches).toEqual([...Array.from({ length: 7 }, () => 400_000), 200_000]);
    // What hyparquet's own reader gives.
    expect(origins.size).toBe(229);
    expect(delays).toBe(20_003_603);
    expect(first).toBe(978_307_260_000);
  });
});
