import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import {
  addData,
  advanceClock,
  assertRun,
  assertState,
  assertWatermark,
  checkNewAnswer,
  crash,
  type ManualClock,
  manualClock,
  processAllAvailable,
  restart,
  testStream,
} from '../../lib/testing/index.js';
import { count } from '../../operators/count.js';
import { select } from '../../operators/select.js';
import { union } from '../../operators/union.js';
import { window } from '../../operators/window.js';
import { type WithWatermarkOptions, withWatermark } from '../../operators/withWatermark.js';
import { checkBatches, checkpoints, ms } from '../spark/sparkScript.js';

type Seconds = ReturnType<typeof memoryStream<number>>;

/** Two streams of seconds without delay, counted in windows of 10 s; rows as [start, count]. */
function counts(first: Seconds, second: Seconds, options: WithWatermarkOptions) {
  return readStream(first).pipe(
    withWatermark(ms, 0),
    union(readStream(second).pipe(withWatermark(ms, 0, options))),
    window('10 seconds', { timestamps: 'ms' }),
    count(),
    select((row) => [row.window.start / 1000, row.count]),
  );
}

function alone(seconds: Seconds, options: WithWatermarkOptions) {
  return readStream(seconds).pipe(
    withWatermark(ms, 0, options),
    window('10 seconds', { timestamps: 'ms' }),
    count(),
    select((row) => [row.window.start / 1000, row.count]),
  );
}

const minute = { idleAfter: '1 minute' } as const;

describe('idleAfter', () => {
  const checkpoint = checkpoints();

  it('without it a silent stream holds back the others for ever', () => {
    const [first, second] = [memoryStream<number>(), memoryStream<number>()];
    return testStream(counts(first, second, {}), { clock: manualClock() })(
      addData(first, 5, 25),
      advanceClock('1 day'),
      addData(first, 45),
      checkNewAnswer(),
    );
  });

  it('a stream without rows for so long does not hold back the others', () => {
    const [first, second] = [memoryStream<number>(), memoryStream<number>()];
    return testStream(counts(first, second, minute), { clock: manualClock() })(
      addData(first, 5, 25),
      advanceClock(59_999),
      checkNewAnswer(),
      advanceClock(1), // idle now: the watermark is that of the first, 25 s
      checkNewAnswer([0, 1]),
      addData(first, 45),
      checkNewAnswer([20, 1]),
    );
  });

  it('when it has rows again it counts again, and no watermark falls', () => {
    const [first, second] = [memoryStream<number>(), memoryStream<number>()];
    return testStream(counts(first, second, minute), { clock: manualClock() })(
      addData(first, 5, 25),
      advanceClock('1 minute'),
      checkNewAnswer([0, 1]),
      addData(second, 3), // its window is closed
      assertState({ dropped: 1 }),
      addData(second, 28),
      addData(first, 60), // the second stands at 28 s
      checkNewAnswer(),
      addData(second, 61),
      checkNewAnswer([20, 2]),
    );
  });

  it('when all are idle the clock moves the watermark, and the last window comes out', () => {
    const seconds = memoryStream<number>();
    return testStream(alone(seconds, minute), { clock: manualClock() })(
      addData(seconds, 5),
      checkNewAnswer(),
      advanceClock(59_999),
      checkNewAnswer(),
      advanceClock(1), // 5 s and a minute
      checkNewAnswer([0, 1]),
      assertState({ total: 0 }),
    );
  });

  it('a stream that has completed does not keep the clock from moving it', () => {
    const [first, second] = [memoryStream<number>(), memoryStream<number>()];
    return testStream(counts(first, second, minute), { clock: manualClock() })(
      addData(first, 5),
      addData(second, 25),
      assertRun('complete the first', () => first.complete()),
      processAllAvailable,
      checkNewAnswer([0, 1]),
      advanceClock('1 minute'), // 25 s and a minute
      checkNewAnswer([20, 1]),
    );
  });

  it('a clock that was put back begins to count anew', () => {
    const [first, second] = [memoryStream<number>(), memoryStream<number>()];
    const steady = manualClock(7_200_000);
    let putBackMs = 0;
    const clock: ManualClock = {
      now: () => steady.now() - putBackMs,
      schedule: steady.schedule.bind(steady),
      advance: (time) => steady.advance(time),
      waiting: 0,
    };
    return testStream(counts(first, second, minute), { clock })(
      addData(second, 1),
      processAllAvailable,
      assertRun('put the clock back', () => {
        putBackMs = 3_600_000;
      }),
      addData(first, 5, 25),
      checkNewAnswer(),
      advanceClock('1 minute'),
      checkNewAnswer([0, 2]),
    );
  });

  it('runs no batch when there is nothing to give', () => {
    const seconds = memoryStream<number>();
    return testStream(alone(seconds, minute), { clock: manualClock() })(
      advanceClock('1 hour'),
      checkBatches(0),
      addData(seconds, 5),
      advanceClock('1 minute'),
      checkNewAnswer([0, 1]),
    );
  });

  it('what the clock has done is in the plan: a crash and a restart change nothing', () => {
    const [first, second] = [memoryStream<number>(), memoryStream<number>()];
    return testStream(counts(first, second, minute), {
      clock: manualClock(),
      checkpointLocation: checkpoint.folder,
    })(
      addData(first, 5, 25),
      checkNewAnswer(),
      crash('kp4:after', advanceClock('1 minute')),
      checkNewAnswer([0, 1]),
      assertWatermark(ms(25)),
      restart,
      addData(second, 3),
      assertState({ dropped: 1 }),
    );
  });

  it.each(['0 seconds', '-1 minute', 'soon'])('%s is refused', (idleAfter) => {
    expect(() => withWatermark(ms, 0, { idleAfter })).toThrow(/idleAfter of withWatermark/);
  });
});
