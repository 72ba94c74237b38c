import {
  count,
  groupByKey,
  type MemorySink,
  type MemoryStream,
  memorySink,
  readState,
  readStream,
  type StreamingQuery,
  type WriteStreamOptions,
  writeStream,
} from '../../index.js';

/** Words counted into a table. */
export function countWords(
  words: MemoryStream<string>,
  options: Partial<WriteStreamOptions<{ key: string; count: number }>> = {},
): { readonly query: StreamingQuery; readonly sink: MemorySink<{ key: string; count: number }> } {
  const counts = readStream(words).pipe(
    groupByKey((word) => word),
    count(),
  );
  const sink = memorySink<{ key: string; count: number }>();
  const query = writeStream(counts, { sink, outputMode: 'complete', ...options });
  return { query, sink };
}

/** Key and value of every entry, as text. */
export async function stateIn(directory: string): Promise<readonly string[]> {
  const rows: string[] = [];
  for await (const { operator, table, key, value } of readState(directory)) {
    rows.push(JSON.stringify([operator, table, key, value]));
  }
  return rows.sort();
}
