import { setImmediate } from 'node:timers/promises';
import {
  asyncScheduler,
  firstValueFrom,
  observeOn,
  of,
  queueScheduler,
  type SchedulerLike,
  Subject,
  Subscription,
  skip,
  toArray,
  VirtualTimeScheduler,
} from 'rxjs';
import {
  asap,
  availableNow,
  continuous,
  count,
  foreach,
  foreachBatch,
  groupByKey,
  memorySink,
  memoryStream,
  once,
  processingTime,
  queries,
  readStream,
  type StreamingQuery,
  select,
  window,
  withWatermark,
  writeStream,
} from '../../index.js';
import { manualClock } from '../../lib/testing/index.js';
import { runMarbles } from '../stream/runMarbles.js';

async function settled(query: StreamingQuery): Promise<void> {
  await query.processAllAvailable();
}

/** A scheduler, and the subscriptions that it has given. */
function noting(inner: SchedulerLike) {
  const given: Subscription[] = [];
  const scheduler: SchedulerLike = {
    now: () => inner.now(),
    schedule: (...work: Parameters<SchedulerLike['schedule']>) => {
      const subscription = inner.schedule(...work);
      given.push(subscription);
      return subscription;
    },
  };
  return { given, scheduler };
}

describe('triggers are schedulers', () => {
  it('any RxJS scheduler is a trigger', async () => {
    const source = memoryStream<number>();
    const sink = memorySink<number>();
    const query = writeStream(readStream(source), { sink, trigger: asyncScheduler });
    source.addData(1, 2);
    await settled(query);
    await query.stop();
    expect(sink.rows()).toEqual([1, 2]);
  });

  it('the queue scheduler runs a batch in the very call that adds the rows', () => {
    const source = memoryStream<number>();
    const sink = memorySink<number>();
    const query = writeStream(readStream(source), { sink, trigger: queueScheduler });
    source.addData(7);
    expect(sink.rows()).toEqual([7]);
    void query.stop();
  });

  it('a VirtualTimeScheduler moves a query through processing time', () => {
    const source = memoryStream<number>();
    const sink = memorySink<number>();
    const clock = new VirtualTimeScheduler();
    const query = writeStream(readStream(source), { sink, trigger: processingTime(10, clock) });
    source.addData(1);
    clock.flush();
    expect(sink.rows()).toEqual([1]);
    void query.stop();
  });

  it('runs inside TestScheduler.run, in virtual time', () => {
    runMarbles(({ cold, expectObservable }) => {
      const out = new Subject<number>();
      writeStream(cold('-a-b|', { a: 1, b: 2 }).pipe(select((n: number) => n * 10)), {
        sink: { ...memorySink<number>(), kind: 'test', open: () => sinkTo(out) },
        trigger: asap(),
      });
      expectObservable(out).toBe('-x-y(|)'.replace('(|)', '|'), { x: 10, y: 20 });
    });
  });

  it('processingTime goes on with its interval when the clock was put back', async () => {
    const source = memoryStream<number>();
    const sink = memorySink<number>();
    const time = manualClock(3_600_000);
    let putBackMs = 0;
    const clock: SchedulerLike = {
      now: () => time.now() - putBackMs,
      schedule: time.schedule.bind(time),
    };
    const trigger = processingTime(100, clock);
    const query = writeStream(readStream(source), { sink, trigger });
    source.addData(1);
    await setImmediate();
    putBackMs = 3_600_000;
    source.addData(2);
    await setImmediate();
    time.advance(100);
    await setImmediate();
    expect(sink.rows()).toEqual([1, 2]);
    await query.stop();
  });

  it('processingTime in observeOn keeps the order while the clock goes on', () => {
    const timers = new VirtualTimeScheduler();
    let passed = 0;
    const clock: SchedulerLike = {
      now: () => timers.now() + passed++,
      schedule: (work, delay, state) => timers.schedule(work as never, delay, state as never),
    };
    const seen: number[] = [];
    of(1, 2, 3, 4)
      .pipe(observeOn(processingTime(100, clock)))
      .subscribe({ next: (n) => seen.push(n), complete: () => seen.push(0) });
    timers.flush();
    expect(seen).toEqual([1, 2, 3, 4, 0]);
  });

  it('processingTime in observeOn gives nothing more after unsubscribe', () => {
    const clock = new VirtualTimeScheduler();
    const seen: number[] = [];
    clock.schedule(() => {
      const delayed = of(1, 2).pipe(observeOn(processingTime(100, clock)));
      const subscription = delayed.subscribe((n) => seen.push(n));
      clock.schedule(() => subscription.unsubscribe(), 50);
    }, 10);
    clock.flush();
    expect([seen, clock.now()]).toEqual([[], 60]); // no timer is left
  });

  it('processingTime works in observeOn, at multiples of its interval', () => {
    const clock = new VirtualTimeScheduler();
    const seen: [number, number][] = [];
    of(1, 2)
      .pipe(observeOn(processingTime(100, clock)), toArray())
      .subscribe((values) => seen.push([clock.now(), values.length]));
    clock.flush();
    expect(seen).toEqual([[0, 2]]);
    clock.schedule(() => {
      of(1)
        .pipe(observeOn(processingTime(100, clock)))
        .subscribe(() => seen.push([clock.now(), 1]));
    }, 30);
    clock.flush();
    expect(seen[1]).toEqual([100, 1]);
  });

  it.each([
    ['at a multiple of its interval', 10],
    ['behind the longest wait of a timer', 2 ** 31 + 10],
  ])(
    'processingTime in observeOn keeps nothing of a row that has passed: %s',
    (_when, interval) => {
      const clock = manualClock(1);
      const source = new Subject<number>();
      const { given, scheduler } = noting(processingTime(interval, clock));
      const seen: number[] = [];
      source.pipe(observeOn(scheduler)).subscribe((row) => seen.push(row));
      for (let row = 0; row < 5; row++) source.next(row);
      clock.advance(2 * interval);
      return Promise.resolve().then(() => {
        expect(seen).toEqual([0, 1, 2, 3, 4]);
        expect(given.map((subscription) => subscription.closed)).toEqual(seen.map(() => true));
      });
    },
  );

  it('asap in observeOn keeps nothing of a row that has waited for the next turn', async () => {
    const { given, scheduler } = noting(asap());
    const source = new Subject<number>();
    const passed = new Promise((resolve) => {
      source.pipe(observeOn(scheduler), skip(1)).subscribe(resolve);
    });
    source.next(0);
    const { now } = Date;
    Date.now = () => now() + 100; // microtasks have held the event loop for so long
    source.next(1);
    Date.now = now;
    await passed;
    await setImmediate();
    expect(given.map((subscription) => subscription.closed)).toEqual([true, true]);
  });

  it('once runs one batch over everything and ends', async () => {
    const source = memoryStream<number>({ maxCallsPerTrigger: 1 });
    source.addData(1);
    source.addData(2);
    const sink = memorySink<number>();
    const query = writeStream(readStream(source), { sink, trigger: once() });
    expect(await query.awaitTermination()).toBe(true);
    expect(sink.batches().map((batch) => batch.rows)).toEqual([[1, 2]]);
  });

  it('availableNow respects rate limits, runs what is due, and ends', async () => {
    const source = memoryStream<number>({ maxCallsPerTrigger: 1 });
    source.addData(1);
    source.addData(25);
    const sink = memorySink<unknown>();
    const stream = readStream(source).pipe(
      withWatermark((n) => n, 0),
      window(10, { timestamps: 'ms' }),
      count(),
    );
    const query = writeStream(stream, { sink, trigger: availableNow() });
    await query.awaitTermination();
    expect(sink.batches().map((batch) => batch.rows)).toEqual([
      [],
      [],
      [{ window: { start: 0, end: 10 }, count: 1 }],
    ]);
  });

  it('availableNow over a Subject that has not completed is refused', async () => {
    const query = writeStream(new Subject<number>(), {
      sink: memorySink<number>(),
      trigger: availableNow(),
    });
    await expect(query.awaitTermination()).rejects.toMatchObject({ code: 'SOURCE_HAS_NO_END' });
  });

  it('a trigger that answers with a closed Subscription ends the query', async () => {
    const source = memoryStream<number>();
    let left = 1;
    const soon = asap();
    const closing: SchedulerLike = {
      now: () => 0,
      schedule: (work, delay, state) =>
        left-- > 0 ? soon.schedule(work as never, delay, state as never) : Subscription.EMPTY,
    };
    const query = writeStream(readStream(source), { sink: memorySink<number>(), trigger: closing });
    source.addData(1);
    expect(await query.awaitTermination()).toBe(true);
    expect(query.lastProgress?.batchId).toBe(0);
  });

  it.each([0, 1])('a scheduler that throws after %d batches fails the query', async (batches) => {
    let left = batches;
    const soon = asap();
    const breaking: SchedulerLike = {
      now: () => 0,
      schedule: (work, delay, state) => {
        if (left-- > 0) return soon.schedule(work as never, delay, state as never);
        throw new Error('requestAnimationFrame is not defined');
      },
    };
    const source = memoryStream<number>();
    source.addData(1);
    const query = writeStream(readStream(source), { sink: memorySink(), trigger: breaking });
    await expect(query.awaitTermination()).rejects.toMatchObject({
      code: 'QUERY_FAILED',
      message: expect.stringContaining('requestAnimationFrame is not defined'),
    });
    expect(query.isActive).toBe(false);
    expect(queries.active).not.toContain(query);
  });
});

describe('continuous mode', () => {
  it('fails when its source has, right after the rows before that', async () => {
    const rows = new Subject<number>();
    const shown: number[] = [];
    const query = writeStream(readStream(rows), {
      sink: foreach({ process: (row: number) => void shown.push(row) }),
      trigger: continuous('1 hour', manualClock()),
    });
    rows.next(1);
    rows.error(new Error('the line is dead'));
    await expect(query.awaitTermination()).rejects.toThrow('the line is dead');
    expect(shown).toEqual([1]);
  });

  it('has committed what it was asked to wait for while a commit was on its way', async () => {
    const source = memoryStream<number>();
    const committed: number[] = [];
    let commits = 0;
    let release: () => void = () => undefined;
    const began = new Subject<void>();
    const sink = foreachBatch<number>(async (rows) => {
      commits += 1;
      if (commits === 1) {
        await new Promise<void>((resolve) => {
          release = resolve;
          began.next();
        });
      }
      committed.push(...rows);
    });
    const trigger = continuous('1 hour');
    const query = writeStream(readStream(source), { sink, trigger });
    const firstCommit = firstValueFrom(began);
    source.addData(1);
    const first = query.processAllAvailable();
    await firstCommit;
    source.addData(2);
    const second = query.processAllAvailable();
    release();
    await Promise.all([first, second]);
    expect(committed).toEqual([1, 2]);
    await query.stop();
  });

  it('commits when the time of its own clock is over, and not by that of the computer', async () => {
    const clock = manualClock();
    const source = memoryStream<number>();
    const trigger = continuous('1 second', clock);
    const query = writeStream(readStream(source), { sink: memorySink<number>(), trigger });
    source.addData(1);
    await setImmediate();
    clock.advance(999);
    await setImmediate();
    expect(query.lastProgress).toBeNull();
    clock.advance(1);
    await setImmediate();
    expect(query.lastProgress?.batchId).toBe(0);
    await query.stop();
  });

  it('shows in a turn what that turn has changed', async () => {
    const clock = manualClock();
    const source = memoryStream<string>();
    const sink = memorySink<unknown>();
    const counts = readStream(source).pipe(
      groupByKey((word) => word),
      count(),
    );
    const trigger = continuous('1 second', clock);
    const query = writeStream(counts, { sink, trigger, outputMode: 'update' });
    source.addData('a');
    await Promise.resolve();
    source.addData('a', 'b');
    await Promise.resolve();
    source.addData('b');
    await query.processAllAvailable();
    expect(sink.rows()).toEqual([
      { key: 'a', count: 1 },
      { key: 'a', count: 2 },
      { key: 'b', count: 1 },
      { key: 'b', count: 2 },
    ]);
    expect(query.lastProgress?.batchId).toBe(0);
    await query.stop();
  });
});

function sinkTo(out: Subject<number>) {
  return {
    addBatch: (_id: number, rows: readonly number[]) => {
      for (const row of rows) out.next(row);
    },
    close: () => out.complete(),
  };
}
