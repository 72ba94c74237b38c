import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as rx from 'rxjs';
import {
  concatMap,
  EMPTY,
  from,
  groupBy,
  map,
  mergeAll,
  type Observable,
  type OperatorFunction,
  of,
  queueScheduler,
  Subject,
  toArray,
} from 'rxjs';
import {
  count,
  DataStream,
  groupByKey,
  joinWith,
  memorySink,
  memoryStream,
  named,
  readBatch,
  readStream,
  StreamingError,
  union,
  where,
  windowTime,
  writeStream,
} from '../../index.js';

type Fate = 'kept' | 'plan lost' | 'refused';
type Any = OperatorFunction<number, unknown>;

const id = (n: number) => n;
const none = () => EMPTY;
const inner = { type: 'inner', on: [id, id], unbounded: true } as const;

/** Every operator that rxjs exports, as a user would write it over numbers; and what becomes of it. */
const table: Readonly<Record<string, readonly [operator: () => Any, fate: Fate]>> = {
  audit: [() => rx.audit(() => of(0)), 'kept'],
  auditTime: [() => rx.auditTime(0), 'kept'],
  buffer: [() => rx.buffer(rx.NEVER), 'kept'],
  bufferCount: [() => rx.bufferCount(2), 'kept'],
  bufferTime: [() => rx.bufferTime(1), 'kept'],
  bufferToggle: [() => rx.bufferToggle(EMPTY, none), 'kept'],
  bufferWhen: [() => rx.bufferWhen(() => rx.NEVER), 'kept'],
  catchError: [() => rx.catchError(none), 'kept'],
  combineAll: [() => concatMapped(rx.combineAll()), 'kept'],
  combineLatestAll: [() => concatMapped(rx.combineLatestAll()), 'kept'],
  combineLatestWith: [() => rx.combineLatestWith(of(1)), 'kept'],
  concatAll: [() => concatMapped(rx.concatAll()), 'kept'],
  concatMap: [() => rx.concatMap((n) => of(n)), 'kept'],
  concatMapTo: [() => rx.concatMapTo(of(1)), 'kept'],
  concatWith: [() => rx.concatWith(of(1)), 'kept'],
  connect: [() => rx.connect((shared) => shared), 'kept'],
  count: [() => rx.count(), 'kept'],
  debounce: [() => rx.debounce(() => of(0)), 'kept'],
  debounceTime: [() => rx.debounceTime(0), 'kept'],
  defaultIfEmpty: [() => rx.defaultIfEmpty(0), 'kept'],
  delay: [() => rx.delay(0), 'kept'],
  delayWhen: [() => rx.delayWhen(() => of(0)), 'kept'],
  dematerialize: [() => (s) => s.pipe(rx.materialize(), rx.dematerialize()), 'kept'],
  distinct: [() => rx.distinct(), 'kept'],
  distinctUntilChanged: [() => rx.distinctUntilChanged(), 'kept'],
  distinctUntilKeyChanged: [
    () => (s) =>
      s.pipe(
        map((n) => ({ n })),
        rx.distinctUntilKeyChanged('n'),
      ),
    'kept',
  ],
  elementAt: [() => rx.elementAt(0, 0), 'kept'],
  endWith: [() => rx.endWith(0), 'plan lost'],
  every: [() => rx.every(() => true), 'kept'],
  exhaust: [() => concatMapped(rx.exhaust()), 'kept'],
  exhaustAll: [() => concatMapped(rx.exhaustAll()), 'kept'],
  exhaustMap: [() => rx.exhaustMap((n) => of(n)), 'kept'],
  expand: [() => rx.expand(none), 'kept'],
  filter: [() => rx.filter(() => true), 'kept'],
  finalize: [() => rx.finalize(() => undefined), 'kept'],
  find: [() => rx.find(() => true), 'kept'],
  findIndex: [() => rx.findIndex(() => true), 'kept'],
  first: [() => rx.first(null, 0), 'kept'],
  flatMap: [() => rx.flatMap((n) => of(n)), 'kept'],
  groupBy: [() => (s) => s.pipe(groupBy(id), mergeAll()), 'kept'],
  ignoreElements: [() => rx.ignoreElements(), 'kept'],
  isEmpty: [() => rx.isEmpty(), 'kept'],
  last: [() => rx.last(null, 0), 'kept'],
  map: [() => rx.map(id), 'kept'],
  mapTo: [() => rx.mapTo(1), 'kept'],
  materialize: [() => rx.materialize(), 'kept'],
  max: [() => rx.max(), 'kept'],
  mergeAll: [() => concatMapped(rx.mergeAll()), 'kept'],
  mergeMap: [() => rx.mergeMap((n) => of(n)), 'kept'],
  mergeMapTo: [() => rx.mergeMapTo(of(1)), 'kept'],
  mergeScan: [() => rx.mergeScan((a: number, n: number) => of(a + n), 0), 'kept'],
  mergeWith: [() => rx.mergeWith(of(1)), 'kept'],
  min: [() => rx.min(), 'kept'],
  multicast: [
    () =>
      rx.multicast(
        () => new Subject<number>(),
        (s) => s,
      ),
    'kept',
  ],
  observeOn: [() => rx.observeOn(queueScheduler), 'kept'],
  onErrorResumeNextWith: [() => rx.onErrorResumeNextWith(of(1)), 'plan lost'],
  pairwise: [() => rx.pairwise(), 'kept'],
  pluck: [
    () => (s) =>
      s.pipe(
        map((n) => ({ n })),
        rx.pluck('n'),
      ),
    'kept',
  ],
  publish: [() => rx.publish((s) => s), 'kept'],
  publishBehavior: [() => rx.publishBehavior(0) as unknown as Any, 'plan lost'],
  publishLast: [() => rx.publishLast() as unknown as Any, 'plan lost'],
  publishReplay: [() => rx.publishReplay() as unknown as Any, 'plan lost'],
  raceWith: [() => rx.raceWith(rx.NEVER), 'kept'],
  reduce: [() => rx.reduce((a, n) => a + n, 0), 'kept'],
  refCount: [
    () => (s) => (s.pipe(rx.publish()) as rx.ConnectableObservable<number>).refCount(),
    'plan lost',
  ],
  repeat: [() => rx.repeat(2), 'kept'],
  repeatWhen: [() => rx.repeatWhen((n) => n.pipe(rx.take(0))), 'kept'],
  retry: [() => rx.retry(1), 'kept'],
  retryWhen: [() => rx.retryWhen((e) => e), 'kept'],
  sample: [() => rx.sample(rx.NEVER), 'kept'],
  sampleTime: [() => rx.sampleTime(1), 'kept'],
  scan: [() => rx.scan((a, n) => a + n, 0), 'kept'],
  sequenceEqual: [() => rx.sequenceEqual(of(1)), 'kept'],
  share: [() => rx.share(), 'kept'],
  shareReplay: [() => rx.shareReplay(), 'refused'],
  single: [() => (s) => s.pipe(rx.take(1), rx.single()), 'kept'],
  skip: [() => rx.skip(0), 'kept'],
  skipLast: [() => rx.skipLast(1), 'kept'],
  skipUntil: [() => rx.skipUntil(of(1)), 'kept'],
  skipWhile: [() => rx.skipWhile(() => false), 'kept'],
  startWith: [() => rx.startWith(0), 'kept'],
  subscribeOn: [() => rx.subscribeOn(queueScheduler), 'kept'],
  switchAll: [() => concatMapped(rx.switchAll()), 'kept'],
  switchMap: [() => rx.switchMap((n) => of(n)), 'kept'],
  switchMapTo: [() => rx.switchMapTo(of(1)), 'kept'],
  switchScan: [() => rx.switchScan((a: number, n: number) => of(a + n), 0), 'kept'],
  take: [() => rx.take(1), 'kept'],
  takeLast: [() => rx.takeLast(1), 'kept'],
  takeUntil: [() => rx.takeUntil(rx.NEVER), 'kept'],
  takeWhile: [() => rx.takeWhile(() => true), 'kept'],
  tap: [() => rx.tap(), 'kept'],
  throttle: [() => rx.throttle(() => of(0)), 'kept'],
  throttleTime: [() => rx.throttleTime(0), 'kept'],
  throwIfEmpty: [() => rx.throwIfEmpty(), 'kept'],
  timeInterval: [() => rx.timeInterval(), 'kept'],
  timeout: [() => rx.timeout(1000), 'kept'],
  timeoutWith: [() => rx.timeoutWith(1000, of(1)), 'kept'],
  timestamp: [() => rx.timestamp(), 'kept'],
  toArray: [() => toArray(), 'kept'],
  window: [() => (s) => s.pipe(rx.window(rx.NEVER), mergeAll()), 'kept'],
  windowCount: [() => (s) => s.pipe(rx.windowCount(2), mergeAll()), 'kept'],
  windowTime: [() => (s) => s.pipe(rx.windowTime(1), mergeAll()), 'kept'],
  windowToggle: [() => (s) => s.pipe(rx.windowToggle(EMPTY, none), mergeAll()), 'kept'],
  windowWhen: [
    () => (s) =>
      s.pipe(
        rx.windowWhen(() => rx.NEVER),
        mergeAll(),
      ),
    'kept',
  ],
  withLatestFrom: [() => rx.withLatestFrom(of(1)), 'kept'],
  zipAll: [() => concatMapped(rx.zipAll()), 'kept'],
  zipWith: [() => rx.zipWith(of(1)), 'kept'],
};

function concatMapped(flatten: OperatorFunction<Observable<number>, unknown>): Any {
  return (source) =>
    source.pipe(
      map((n) => of(n)),
      flatten,
    );
}

/** rxjs exports creation functions, classes and schedulers too: an operator stands in rxjs/operators. */
async function operatorNames(): Promise<readonly string[]> {
  const operators = await import('rxjs/operators');
  const alsoCreation = new Set([
    'combineLatest',
    'concat',
    'merge',
    'onErrorResumeNext',
    'partition',
    'race',
    'zip',
  ]);
  return Object.keys(operators).filter(
    (name) =>
      !alsoCreation.has(name) &&
      name in rx &&
      /^[a-z]/.test(name) &&
      name !== 'default' &&
      name !== 'module.exports',
  );
}

async function fateOf(operator: Any): Promise<Fate> {
  const source = memoryStream<number>();
  const stream = readStream(source).pipe(operator);
  if (!(stream instanceof DataStream)) return 'plan lost';
  const query = writeStream(stream, { sink: memorySink<unknown>(), rxTimeout: '5 seconds' });
  try {
    source.addData(1, 2);
    await query.processAllAvailable();
    source.addData(3);
    await query.processAllAvailable();
    return 'kept';
  } catch (error) {
    const cause = (error as Error).cause;
    if (cause instanceof StreamingError && cause.code === 'RX_NOT_REPEATABLE') return 'refused';
    throw error;
  } finally {
    await query.stop();
  }
}

describe('every operator that rxjs exports, in a query', () => {
  it('stands in the table', async () => {
    expect((await operatorNames()).filter((name) => !(name in table))).toEqual([]);
  });

  it.each(Object.entries(table).map(([name, [operator, fate]]) => [name, fate, operator] as const))(
    '%s: %s',
    async (_name, fate, operator) => {
      expect(await fateOf(operator())).toBe(fate);
    },
  );
});

async function codeOf(
  stream: Observable<unknown>,
  source: { addData(...rows: number[]): unknown },
) {
  const query = writeStream(stream, { sink: memorySink<unknown>(), rxTimeout: 20 });
  source.addData(1, 2);
  const error = await query.processAllAvailable().then(
    () => undefined,
    (e: unknown) => e,
  );
  await query.stop();
  return ((error as Error | undefined)?.cause as StreamingError | undefined)?.code;
}

describe('what fails in a query is named', () => {
  const boom = (): never => {
    throw new Error('boom');
  };
  const later = async () => boom();
  const other = readStream(memoryStream<number>());
  const waits = rx.delay<number>(1);
  it.each<readonly [string, Any, operator: string]>([
    ['an RxJS operator by its id', map(boom), 'rx-0'],
    ['or by the name it was given', named('enrich', map(boom)), 'enrich'],
    ['an asynchronous one', named('enrich', rx.mergeMap(later)), 'enrich'],
    ['one that ends with an error', (s) => s.pipe(map(id), named('last', map(boom))), 'last'],
    ['one behind another that waits', (s) => s.pipe(waits, named('last', map(boom))), 'last'],
    ['one before another', (s) => s.pipe(named('first', map(boom)), map(id)), 'first'],
    ['one that subscribes to a stream', named('two', rx.mergeWith(other)), 'two'],
    ['one that keeps rows', named('kept', rx.shareReplay()), 'kept'],
    ['an operator below it', (s) => s.pipe(map(id), where(boom)), 'where-0'],
    ['windowTime', windowTime(boom), 'windowTime-0'],
    ['windowTime of no time', windowTime(() => ({ end: 'x' }) as never), 'windowTime-0'],
  ])('%s', async (_what, operator, name) => {
    const source = memoryStream<number>();
    const query = writeStream(readStream(source).pipe(operator), { sink: memorySink<unknown>() });
    const failed = async () => {
      for (let batch = 0; batch < 2; batch++) {
        source.addData(1, 2);
        await query.processAllAvailable();
      }
    };
    await expect(failed()).rejects.toMatchObject({
      code: 'BATCH_FAILED',
      params: { operator: name },
    });
    expect(query.exception?.cause).not.toMatchObject({ name: 'OperatorError' });
  });
});

describe('catchError and retry in a query', () => {
  const boom = (): never => {
    throw new Error('boom');
  };
  const run = (operator: Any) =>
    readBatch(
      of(1, 2).pipe(
        where(() => true),
        operator,
      ),
    );

  it.each<readonly [string, Any]>([
    [
      'an RxJS operator',
      (s) =>
        s.pipe(
          map(boom),
          rx.catchError(() => of(-1)),
        ),
    ],
    ['an operator of ours', (s) => s.pipe(where(boom), rx.retry(2))],
  ])('see no error of %s above them', async (_name, operator) => {
    await expect(run(operator)).rejects.toMatchObject({ code: 'BATCH_FAILED' });
  });

  it('see what fails inside an operator', async () => {
    const ask = (n: number) => rx.throwError(boom).pipe(rx.catchError(() => of(-n)));
    expect(await run(rx.mergeMap(ask))).toEqual([-1, -2]);
  });
});

describe('an Observable of another copy of rxjs', () => {
  const bundle = '../../node_modules/rxjs/dist/bundles/rxjs.umd.js';
  const other = createRequire(import.meta.url)(bundle) as typeof rx;

  it.each<readonly [string, (rows: Observable<number>) => Observable<unknown>, rows: unknown[]]>([
    ['readStream', (rows) => readStream(rows), [1, 2]],
    ['an operator', (rows) => rows.pipe(where((n) => n > 1)), [2]],
    ['union', (rows) => of(0).pipe(union(rows)), [0, 1, 2]],
    ['joinWith, as a stream', (rows) => of(2).pipe(joinWith(rows, inner)), [{ left: 2, right: 2 }]],
  ])('is one: %s', async (_name, build, rows) => {
    const foreign = other.of(1, 2);
    expect(foreign).not.toBeInstanceOf(rx.Observable);
    expect(await readBatch(build(foreign))).toEqual(rows);
  });
});

describe('what a query refuses of RxJS', () => {
  it('a DataStream inside mergeWith', async () => {
    const source = memoryStream<number>();
    const other = readStream(memoryStream<number>());
    const stream = readStream(source).pipe(rx.mergeWith(other));
    expect(await codeOf(stream, source)).toBe('NESTED_STREAM');
  });

  it('an operator that does not complete', async () => {
    const source = memoryStream<number>();
    const stream = readStream(source).pipe(concatMap(() => rx.NEVER));
    expect(await codeOf(stream, source)).toBe('RX_DID_NOT_COMPLETE');
  });

  it("RxJS's count after groupByKey", () => {
    const stream = readStream(memoryStream<number>()).pipe(
      groupByKey((n) => n),
      rx.count() as never,
    );
    expect(() => writeStream(stream, { sink: memorySink() })).toThrow(
      expect.objectContaining({ code: 'PLAN_ENDS_IN_GROUPING' }),
    );
  });

  it('a checkpoint for a pipe that lost its plan', () => {
    const stream = readStream(memoryStream<number>()).pipe(rx.endWith(0));
    const options = { sink: memorySink<number>(), checkpointLocation: 'never-made' };
    expect(() => writeStream(stream, options)).toThrow(
      expect.objectContaining({ code: 'PLAN_LOST' }),
    );
  });

  it('a checkpoint for a Subject as it is, which readStream would give a plan', () => {
    const options = { sink: memorySink<number>(), checkpointLocation: 'never-made' };
    expect(() => writeStream(new Subject<number>(), options)).toThrow('needs readStream(…)');
  });

  it('a checkpoint for an Observable with a DataStream inside, which would run beside it', async () => {
    const inner = readStream(memoryStream<number>());
    const stream = readStream(rx.merge(inner, rx.of(1)));
    const checkpointLocation = await mkdtemp(join(tmpdir(), 'millrace-lost-'));
    const query = writeStream(stream, { sink: memorySink<number>(), checkpointLocation });
    await expect(query.awaitTermination()).rejects.toMatchObject({ code: 'PLAN_LOST' });
    await rm(checkpointLocation, { recursive: true });
  });

  it('lets rx nodes after a grouping see key and value, and groups by them behind', async () => {
    const source = memoryStream<number>();
    const sink = memorySink<{ key: string; count: number }>();
    const seen: unknown[] = [];
    const stream = readStream(source).pipe(
      groupByKey((n) => (n % 2 === 0 ? 'even' : 'odd')),
      rx.tap((row) => seen.push(row)),
      count(),
    );
    const query = writeStream(stream, { sink, outputMode: 'update' });
    source.addData(1, 2, 3);
    await query.processAllAvailable();
    await query.stop();
    expect(seen[0]).toEqual({ key: 'odd', value: 1 });
    expect(sink.rows()).toEqual([
      { key: 'odd', count: 2 },
      { key: 'even', count: 1 },
    ]);
  });

  it('gives every batch a subscription of its own', async () => {
    const source = memoryStream<number>();
    const sink = memorySink<number>();
    const query = writeStream(readStream(source).pipe(rx.scan((sum, n) => sum + n, 0)), { sink });
    source.addData(1, 2);
    await query.processAllAvailable();
    source.addData(3);
    await query.processAllAvailable();
    await query.stop();
    expect(sink.batches().map((batch) => batch.rows)).toEqual([[1, 3], [3]]);
    expect(from([1])).toBeInstanceOf(rx.Observable);
  });
});
