import {
  aggregate,
  count,
  type FailedRow,
  groupByKey,
  type LateRow,
  memorySink,
  memoryStream,
  readStream,
  select,
  where,
  window,
  withWatermark,
  writeStream,
} from '../../index.js';

const refuse = (bad: number) => (n: number) => {
  if (n === bad) throw new RangeError(`no ${bad}`);
  return n * 10;
};

describe('rows on which a function of the pipe throws', () => {
  it('drop: the other rows go on, the row is counted and shown to nobody', async () => {
    const source = memoryStream<number>();
    const sink = memorySink<number>();
    const query = writeStream(readStream(source).pipe(select(refuse(2))), {
      sink,
      failedRows: 'drop',
    });
    const failed: FailedRow[] = [];
    query.failed$.subscribe((row) => failed.push(row));
    source.addData(1, 2, 3);
    await query.processAllAvailable();
    expect(sink.rows()).toEqual([10, 30]);
    expect(query.lastProgress?.numFailedRows).toBe(1);
    expect(failed).toEqual([]);
    await query.stop();
  });

  it('deadLetter: the row comes out with operator, error and batch, and in the failed sink', async () => {
    const source = memoryStream<number>();
    const failedSink = memorySink<FailedRow>();
    const query = writeStream(readStream(source).pipe(select(refuse(2))), {
      sink: memorySink<number>(),
      failedRows: 'deadLetter',
      failedSink,
    });
    const failed: FailedRow[] = [];
    query.failed$.subscribe((row) => failed.push(row));
    source.addData(1);
    await query.processAllAvailable();
    source.addData(2, 3);
    await query.processAllAvailable();
    const expected = {
      row: 2,
      operator: 'select-0',
      eventTimeMs: null,
      error: { message: 'no 2' },
      batchId: 1,
    };
    expect(failed).toEqual([expected]);
    expect(failedSink.rows()).toEqual([expected]);
    await query.stop();
  });

  it('keeps a policy per operator, and fails where none is given', async () => {
    const source = memoryStream<number>();
    const sink = memorySink<number>();
    const query = writeStream(
      readStream(source).pipe(
        select(refuse(2)),
        where((n) => refuse(50)(n) > 0),
      ),
      { sink, failedRows: { 'select-0': 'drop' } },
    );
    source.addData(1, 2, 3);
    await query.processAllAvailable();
    expect(sink.rows()).toEqual([10, 30]);
    source.addData(5);
    await expect(query.processAllAvailable()).rejects.toMatchObject({
      code: 'BATCH_FAILED',
      params: { operator: 'where-0' },
    });
  });

  it('does not hold for operators that group, and the error says so', async () => {
    const source = memoryStream<number>();
    const query = writeStream(readStream(source).pipe(groupByKey(refuse(2)), count()), {
      sink: memorySink<{ key: number; count: number }>(),
      outputMode: 'update',
      failedRows: 'deadLetter',
    });
    source.addData(2);
    await expect(query.processAllAvailable()).rejects.toMatchObject({
      code: 'BATCH_FAILED',
      message: expect.stringContaining("no 2; failedRows: 'deadLetter' holds for where, select,"),
    });
  });

  it('takes the default for operators that are not named', async () => {
    const source = memoryStream<number>();
    const sink = memorySink<number>();
    const query = writeStream(readStream(source).pipe(select(refuse(2))), {
      sink,
      failedRows: { default: 'drop' },
    });
    source.addData(1, 2);
    await query.processAllAvailable();
    expect(sink.rows()).toEqual([10]);
    await query.stop();
  });

  it('refuses an operator that the plan does not have, and a policy that does not exist', () => {
    const rows = readStream(memoryStream<number>()).pipe(select(refuse(2)));
    const sink = memorySink<number>();
    expect(() => writeStream(rows, { sink, failedRows: { 'select-7': 'drop' } })).toThrow(
      'failedRows names the operator select-7, the plan has source-0, select-0: see explain()',
    );
    expect(() => writeStream(rows, { sink, failedRows: 'ignore' as 'drop' })).toThrow(
      'writeStream: failedRows must be one of "fail", "deadLetter", "drop", not "ignore"',
    );
  });
});

describe('late rows', () => {
  it('come out with event time, watermark and operator, and in the late sink with their batch', async () => {
    const source = memoryStream<number>();
    const lateSink = memorySink<LateRow>();
    const query = writeStream(
      readStream(source).pipe(
        withWatermark((s) => s * 1000, '0 seconds'),
        window('10 seconds', { timestamps: 'ms' }),
        aggregate((rows) => ({ n: rows.count() })),
      ),
      { sink: memorySink(), outputMode: 'update', lateSink },
    );
    const late: LateRow[] = [];
    query.late$.subscribe((row) => late.push(row));
    source.addData(30);
    await query.processAllAvailable();
    source.addData(5, 29, 30);
    await query.processAllAvailable();
    // The window [20, 30) ended at the watermark, which is at 30 s: 29 is late; 30 is in [30, 40).
    const rows = [5, 29].map((row) => ({
      row,
      eventTimeMs: row * 1000,
      watermarkMs: 30_000,
      openWindows: 0,
      operator: 'aggregate-0',
    }));
    expect(late).toMatchObject(rows);
    expect(lateSink.rows()).toEqual(late);
    const [state] = query.recentProgress.flatMap((p) =>
      p.stateOperators.filter((op) => op.numRowsDroppedByWatermark > 0),
    );
    expect(state?.numRowsDroppedByWatermark).toBe(2);
    await query.stop();
  });

  it('say how many of their windows have counted them', async () => {
    const source = memoryStream<number>();
    const sink = memorySink<{ window: { end: number }; count: number }>();
    const query = writeStream(
      readStream(source).pipe(
        withWatermark((minute) => minute * 60_000, 0),
        window('10 minutes', { slide: '5 minutes', timestamps: 'ms' }),
        count(),
      ),
      { sink },
    );
    const late: LateRow[] = [];
    query.late$.subscribe((row) => late.push(row));
    for (const minute of [0, 12, 12, 6, 2, 40]) {
      source.addData(minute);
      await query.processAllAvailable();
    }
    expect(late.map(({ row, openWindows }) => [row, openWindows])).toEqual([
      [6, 1], // [0, 10) is closed, [5, 15) counts it
      [2, 0],
    ]);
    const open = sink.rows().find((row) => row.window.end === 15 * 60_000);
    expect(open?.count).toBe(3);
    await query.stop();
  });
});
