import {
  count,
  groupByKey,
  noopSink,
  readStream,
  type Source,
  type StreamingQuery,
  type StreamSource,
  writeStream,
} from '../../index.js';

/** One key. */
export interface KeyRow {
  readonly key: number;
}

const chunkRows = 1000;

/** `keys` rows, each with a key of its own, in no order; an offset is a number of rows. */
function keysSource(keys: number, perBatch: number): StreamSource<KeyRow> {
  return {
    kind: 'keys',
    description: 'Keys',
    replayable: true,
    signature: null,
    open: () => reader(keys, perBatch),
  };
}

function reader(keys: number, perBatch: number): Source<KeyRow, number> {
  return {
    latestOffset: (start) => {
      const from = start ?? 0;
      return from >= keys ? start : Math.min(keys, from + perBatch);
    },
    *read(after, upTo) {
      for (let from = after ?? 0; from < upTo; from += chunkRows) {
        const length = Math.min(chunkRows, upTo - from);
        yield Array.from({ length }, (_, i) => ({ key: keyOf(from + i) }));
      }
    },
    commit: () => undefined,
    close: () => undefined,
    fixEnd: () => undefined,
  };
}

/** Another number for each below 2^32, far from its neighbours. */
function keyOf(i: number): number {
  return Math.imul(i, 0x9e3779b1) >>> 0;
}

/** Counts the first `keys` keys in LevelDB. */
export function countKeys(
  keys: number,
  perBatch: number,
  checkpointLocation: string,
  killPoint?: (name: string) => void,
): StreamingQuery {
  const counts = readStream(keysSource(keys, perBatch)).pipe(
    groupByKey((row: KeyRow) => row.key),
    count(),
  );
  return writeStream(counts, {
    sink: noopSink(),
    outputMode: 'update',
    checkpointLocation,
    ...(killPoint === undefined ? {} : { internals: { killPoint } }),
  });
}
