import { join } from 'node:path';
import { parquetFiles } from '../../lib/parquet/index.js';
import type { FileOffset } from '../../lib/sources/files/fileOffset.js';
import type { Source } from '../../lib/sources/source.js';
import { Reported, sourceContext } from '../sources/sourceContext.js';

const flights = join('node_modules', 'vega-datasets', 'data', 'flights-3m.parquet');

describe('parquetFiles over three million flights', () => {
  it('gives each row once, in batches that end inside row groups', async () => {
    const stream = parquetFiles(flights, {
      schema: 'delay BIGINT',
      maxRowsPerTrigger: 400_000,
    });
    const source = (await stream.open(sourceContext())) as Source<
      { readonly delay: number | null },
      FileOffset
    >;
    const batches: number[] = [];
    let delays = 0;
    let at: FileOffset | null = null;
    for (;;) {
      const end: FileOffset | null = await source.latestOffset(at, 'one batch');
      if (end === at || end === null) break;
      let rows = 0;
      for await (const chunk of source.read(at, end, new Reported())) {
        rows += chunk.length;
        for (const row of chunk) delays += row.delay ?? 0;
      }
      batches.push(rows);
      at = end;
    }
    expect(batches).toEqual([...Array.from({ length: 7 }, () => 400_000), 200_000]);
    expect(delays).toBe(20_003_603); // as hyparquet's own reader gives it
  }, 60_000);

  it('gives the rows of a dictionary-coded, Zstandard-packed file', async () => {
    const stream = parquetFiles(flights, { timestamps: 'ms', maxRowsPerTrigger: 2 });
    const source = (await stream.open(sourceContext())) as Source<unknown, FileOffset>;
    const end = (await source.latestOffset(null, 'one batch')) as FileOffset;
    const rows: unknown[] = [];
    for await (const chunk of source.read(null, end, new Reported())) rows.push(...chunk);
    expect(rows).toEqual([
      { date: 978_307_260_000, delay: 33, distance: 2176, origin: 'LAS', destination: 'PHL' },
      { date: 978_307_260_000, delay: 19, distance: 215, origin: 'ATL', destination: 'SAV' },
    ]);
  });
});
