import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  asyncBufferFromFile,
  type DecodedArray,
  parquetMetadataAsync,
  parquetRead,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { Flight } from './flights.js';

/** The package of the data set; its data lies beside what it exports. */
export function threeMillionFlights(): string {
  const entry = createRequire(import.meta.url).resolve('vega-datasets');
  const folder = join('vega-datasets', '');
  const root = entry.slice(0, entry.lastIndexOf(folder) + folder.length);
  return join(root, 'data', 'flights-3m.parquet');
}

/** Rows of the file. */
export async function countOf(path: string): Promise<number> {
  return Number((await parquetMetadataAsync(await asyncBufferFromFile(path))).num_rows);
}

/** The file from beginning to end, without the package: so that the check is one of the source too. */
export async function* flightsOf(path: string): AsyncGenerator<Iterable<Flight>> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const chunks = new Map<string, DecodedArray[]>();
    await parquetRead({
      file,
      metadata,
      columns: ['date', 'delay', 'origin'],
      rowStart,
      rowEnd,
      compressors,
      parsers,
      onChunk: ({ columnName, columnData }) => {
        const column = chunks.get(columnName);
        if (column === undefined) chunks.set(columnName, [columnData]);
        else column.push(columnData);
      },
    });
    yield rowsOf(cellsOf(chunks, 'date'), cellsOf(chunks, 'delay'), cellsOf(chunks, 'origin'));
    rowStart = rowEnd;
  }
}

/** Times as ms since the epoch: three million Dates would be the larger part of the memory. */
const parsers = {
  timestampFromMilliseconds: Number,
  timestampFromMicroseconds: (micros: bigint) => Number(micros / 1000n),
};

/** The values of a column, one chunk after the other. */
function* cellsOf(chunks: ReadonlyMap<string, readonly DecodedArray[]>, column: string) {
  for (const chunk of chunks.get(column) ?? []) yield* chunk;
}

function* rowsOf(
  dates: Iterator<unknown>,
  delays: Iterator<unknown>,
  origins: Iterator<unknown>,
): Generator<Flight> {
  for (let date = dates.next(); date.done !== true; date = dates.next()) {
    const [delay, origin] = [delays.next().value ?? null, origins.next().value ?? null];
    yield {
      date: typeof date.value === 'number' ? date.value : null,
      delay: delay === null ? null : Number(delay),
      origin: origin === null ? null : String(origin),
    };
  }
}
