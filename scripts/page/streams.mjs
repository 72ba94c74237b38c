/** Queries that the checks look at. `millrace` is the built package. */

const windowMs = 60_000;
const begin = Date.UTC(2026, 0, 1, 12);

/** Counts per key and minute, 2 minutes of watermark; rows come when the check adds them. */
export function minuteCounts(millrace, { queryName = 'minutes', outputMode = 'update' } = {}) {
  const {
    memoryStream,
    memorySink,
    readStream,
    withWatermark,
    groupByKey,
    window,
    aggregate,
    where,
    writeStream,
  } = millrace;
  const source = memoryStream();
  const sink = memorySink();
  const stream = readStream(source).pipe(
    where((row) => row.key !== 'ignored'),
    withWatermark((row) => row.time, '2 minutes'),
    groupByKey((row) => row.key),
    window('1 minute'),
    aggregate((rows) => ({ n: rows.count(), mean: rows.avg((row) => row.ms) })),
  );
  const query = writeStream(stream, { sink, outputMode, queryName });
  return {
    query,
    sink,
    /** Rows of `keys`, `minute` minutes after the beginning. */
    async add(minute, ...keys) {
      source.addData(
        ...keys.map((key, i) => ({ key, time: begin + minute * windowMs + i, ms: i * 1.5 })),
      );
      await query.processAllAvailable();
    },
    addData: (rows) => source.addData(...rows),
    /** The result as the sink has it: the newest row of each group. */
    result() {
      const rows = new Map();
      for (const row of sink.rows()) rows.set(`${row.key} ${row.window.start.getTime()}`, row);
      return [...rows.values()];
    },
  };
}

export { begin, windowMs };
