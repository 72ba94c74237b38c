import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endWith, finalize, mergeMap, NEVER, type Observable } from 'rxjs';
import * as ops from '../../index.js';

interface Row {
  readonly k: unknown;
  readonly t: number;
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-cause-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function failure(
  build: (rows: Observable<Row>) => Observable<unknown>,
  rows: readonly Row[],
  options: Partial<ops.WriteStreamOptions<unknown>> = {},
): Promise<ops.StreamingError<'BATCH_FAILED'>> {
  const source = ops.memoryStream<Row>();
  source.addData(...rows);
  const query = ops.writeStream(build(ops.readStream(source)), {
    sink: ops.memorySink(),
    trigger: ops.availableNow(),
    ...options,
  });
  const error = await query.awaitTermination().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: 'BATCH_FAILED' });
  return error as ops.StreamingError<'BATCH_FAILED'>;
}

const byKey = ops.groupByKey((row: Row) => row.k);
const failing = (key: unknown): never => {
  throw new RangeError(`no ${JSON.stringify(key)}`);
};

describe('BATCH_FAILED', () => {
  it.each<readonly [string, (rows: Observable<Row>) => Observable<unknown>]>([
    [
      'mapGroupsWithState-0',
      (rows) =>
        rows.pipe(
          byKey,
          ops.mapGroupsWithState((key) => (key === 'b' ? failing(key) : 0)),
          ops.outputMode('update'),
        ),
    ],
    [
      'flatMapGroupsWithState-0',
      (rows) =>
        rows.pipe(
          byKey,
          ops.flatMapGroupsWithState(function* (key) {
            if (key === 'b') failing(key);
            yield key;
          }),
        ),
    ],
    [
      'transformWithState-0',
      (rows) =>
        rows.pipe(
          byKey,
          ops.transformWithState({
            timeMode: 'none',
            init: () => 0,
            handleInputRows: (key) => (key === 'b' ? failing(key) : []),
          }),
        ),
    ],
  ])('names the key at which %s failed', async (operator, build) => {
    const error = await failure(build, [
      { k: 'a', t: 0 },
      { k: 'b', t: 1 },
    ]);
    expect(error.params).toMatchObject({ operator, key: '"b"', reason: 'no "b"' });
    expect(error.message).toContain(`failed in ${operator} at key "b" (`);
    expect(error.cause).toEqual(new RangeError('no "b"'));
  });

  it.each<readonly [key: unknown, text: string]>([
    [{ user: 'ada', n: 1n }, '{"user":"ada","n":"1"}'],
    [[new Date(0), null], '["1970-01-01T00:00:00.000Z",null]'],
    ['x'.repeat(300), `"${'x'.repeat(99)}…`],
    [undefined, 'null'],
  ])('shows the key %p', async (k, text) => {
    const build = (rows: Observable<Row>) =>
      rows.pipe(
        byKey,
        ops.flatMapGroupsWithState(() => failing('it')),
      );
    expect((await failure(build, [{ k, t: 0 }])).params.key).toBe(text);
  });

  it('names no key for what fails behind a state function', async () => {
    const build = (rows: Observable<Row>) =>
      rows.pipe(
        byKey,
        ops.flatMapGroupsWithState((key) => [key]),
        ops.select(failing),
      );
    const { params } = await failure(build, [{ k: 'a', t: 0 }]);
    expect(params).toMatchObject({ operator: 'select-0', reason: 'no "a"' });
    expect(params.key).toBeUndefined();
  });

  it('leaves the error of a live subscription as it was thrown', (done) => {
    const mine = new RangeError('mine');
    const source = ops.memoryStream<Row>();
    source.addData({ k: 'a', t: 0 });
    ops
      .readStream(source)
      .pipe(
        byKey,
        ops.flatMapGroupsWithState((): never[] => {
          throw mine;
        }),
      )
      .subscribe({
        error: (error: unknown) => {
          expect(error).toBe(mine);
          done();
        },
      });
  });

  it.each<readonly [string, unknown, string]>([
    ['a plain object with a message', { message: 'no such user', status: 404 }, 'no such user'],
    ['an object without a prototype', Object.create(null), '[object Object]'],
    ['undefined', undefined, 'undefined'],
  ])('tells of %s that was thrown, and where', async (_what, thrown, reason) => {
    const throwing = () => {
      throw thrown;
    };
    const error = await failure((rows) => rows.pipe(ops.where(throwing)), [{ k: 1, t: 1 }]);
    expect(error.message).toContain(`failed in where-0 (0: null to 1): ${reason}`);
    expect(error.cause).toBe(thrown);
  });

  it('names the RxJS operator whose finalizer throws', async () => {
    const throwing = finalize<Row>(() => {
      throw new Error('in finalize');
    });
    const error = await failure((rows) => rows.pipe(throwing), [{ k: 1, t: 1 }]);
    expect(error.message).toMatch(/failed in rx-0 .*in finalize/s);
  });

  it('names the RxJS operator that did not complete', async () => {
    const error = await failure((rows) => rows.pipe(mergeMap(() => NEVER)), [{ k: 1, t: 0 }], {
      rxTimeout: 20,
    });
    expect(error.params.operator).toBe('rx-0');
    expect(error.cause).toMatchObject({
      code: 'RX_DID_NOT_COMPLETE',
      params: { operator: 'rx-0' },
    });
  });
});

describe('STATE_NOT_ENCODABLE', () => {
  const notAValue = () => 1;
  const stored = async (build: (rows: Observable<Row>) => Observable<unknown>, options = {}) =>
    (await failure(build, [{ k: 'a', t: 0 }], { checkpointLocation: folder, ...options })).cause;

  it('names the key, and the path in the value that the program gave', async () => {
    const grouped = await stored((rows) =>
      rows.pipe(
        byKey,
        ops.flatMapGroupsWithState((_key, _rows, state: ops.GroupState<unknown>) => {
          state.update({ deep: [1, notAValue] });
          return [];
        }),
      ),
    );
    expect(grouped).toMatchObject({
      params: { path: 'value.deep[1]', key: '"a"', table: 'groups' },
    });
    expect((grouped as Error).message).toMatch(
      /^state of flatMapGroupsWithState-0 at key "a" cannot keep value\.deep\[1\] \(table groups\), which is a function/,
    );
  });

  it.each([undefined, '1 hour'])('names the variable, ttl %s', async (ttl) => {
    const cause = await stored((rows) =>
      rows.pipe(
        byKey,
        ops.transformWithState({
          timeMode: 'processingTime',
          init: (handle) => handle.value<unknown>('seen', ttl === undefined ? {} : { ttl }),
          handleInputRows(_key, _rows, seen) {
            seen.update({ a: notAValue });
            return [];
          },
        }),
      ),
    );
    expect(cause).toMatchObject({ params: { path: 'value.a', key: '"a"', table: 'value:seen' } });
  });

  it('says that a key is a cycle', async () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    const { cause } = await failure(
      (rows) => rows.pipe(ops.dropDuplicates((r) => r.k)),
      [{ k: cycle, t: 0 }],
    );
    expect((cause as Error).message).toContain(
      'cannot use a key that is, or holds, a cycle, or an object nested deeper than 32 levels',
    );
  });
});

describe('BAD_RECORD', () => {
  it('does not give a mode as the way out that the source has', async () => {
    await writeFile(join(folder, 'a.json'), '{}\n');
    const read = (mode?: 'PERMISSIVE') =>
      ops.readBatch(
        ops.readStream(
          ops.jsonFiles(folder, { schema: 'a INT NOT NULL', ...(mode ? { mode } : {}) }),
        ),
      );
    await expect(read()).rejects.toThrow("or give the source mode: 'PERMISSIVE' (nulls)");
    await expect(read('PERMISSIVE')).rejects.toThrow(
      "since PERMISSIVE puts no null into a NOT NULL column, leave NOT NULL out, or give the source mode: 'DROPMALFORMED'",
    );
  });
});

describe('AGGREGATE_NEEDS_WATERMARK', () => {
  const cut = 'is cut off from the plan, as by PLAN_LOST';
  const started = (stream: Observable<unknown>) => () =>
    ops.writeStream(stream, { sink: ops.memorySink(), checkpointLocation: folder });
  const rows = () => ops.readStream(ops.memoryStream<Row>());

  it('says that an operator may have cut the watermark off', () => {
    const stream = rows().pipe(
      ops.withWatermark((row) => row.t, 0),
      endWith({ k: 1, t: 1 }),
      ops.window(10, { time: (row) => row.t }),
      ops.count(),
    );
    expect(started(stream)).toThrow(cut);
  });

  it('does not where no Observable is above', () => {
    const stream = rows().pipe(ops.window(10, { time: (row) => row.t }), ops.count());
    expect(started(stream)).toThrow('there is no watermark, so no group ever closes');
  });
});
