import { from, lastValueFrom, toArray } from 'rxjs';
import {
  count,
  memorySink,
  memoryStream,
  readStream,
  window,
  withWatermark,
  writeStream,
} from '../../index.js';

const farthest = 8.64e15;

describe('withWatermark', () => {
  it.each([1.7e18, farthest + 1, -farthest - 1, 1e300, Number.NEGATIVE_INFINITY])(
    'refuses a time that no Date can hold, such as nanoseconds: %d',
    async (time) => {
      const failure = expect.objectContaining({ code: 'EVENT_TIME_INVALID' });
      const live = from([1, time]).pipe(withWatermark((ms) => ms, 0));
      await expect(lastValueFrom(live)).rejects.toEqual(failure);

      const source = memoryStream<number>();
      const sink = memorySink();
      const counts = readStream(source).pipe(
        withWatermark((ms) => ms, 0),
        window('1 second', { timestamps: 'ms' }),
        count(),
      );
      const query = writeStream(counts, { sink, failedRows: 'deadLetter' });
      source.addData(time, 500);
      await query.processAllAvailable();
      source.addData(600, 2000); // 600 is not late: the row that failed has not moved the watermark
      await query.processAllAvailable();
      expect(sink.rows()).toEqual([{ window: { start: 0, end: 1000 }, count: 2 }]);
      expect(query.lastProgress?.numFailedRows).toBe(0);
      expect(query.recentProgress[0]?.numFailedRows).toBe(1);
      await query.stop();
    },
  );

  it('takes the first and the last instant of a Date', async () => {
    const rows = [-farthest, 0, farthest];
    const passed = from(rows).pipe(
      withWatermark((ms) => ms, 0),
      toArray(),
    );
    expect(await lastValueFrom(passed)).toEqual(rows);
  });
});
