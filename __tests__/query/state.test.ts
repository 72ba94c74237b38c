import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom, lastValueFrom, of, Subject, skip, take, toArray } from 'rxjs';
import {
  continuous,
  count,
  Decimal,
  foreach,
  foreachBatch,
  type GroupState,
  groupByKey,
  mapGroupsWithState,
  memorySink,
  memoryStream,
  readState,
  readStream,
  type StateRow,
  type StreamingQuery,
  window,
  withWatermark,
  writeStream,
} from '../../index.js';
import { MemoryFileSystem } from '../../lib/checkpoint/memoryFileSystem.js';
import { MemoryByteStore, MemoryBytes } from '../../state/memoryByteStore.js';

interface Kept {
  amount: Decimal;
  last: number;
  at: Date;
  bytes: Uint8Array;
  names: Map<string, Set<Decimal>>;
  list: unknown[];
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-state-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function wordCount(checkpointLocation?: string) {
  const words = memoryStream<string>();
  const counts = readStream(words).pipe(
    groupByKey((word) => word),
    count(),
  );
  const query: StreamingQuery = writeStream(counts, {
    sink: memorySink(),
    outputMode: 'update',
    ...(checkpointLocation === undefined ? {} : { checkpointLocation }),
  });
  return { words, query };
}

describe.each(['memory', 'LevelDB'])('live state over %s', (kind) => {
  it('gives the entries of a key, and of all keys, as of the last commit', async () => {
    const { words, query } = wordCount(kind === 'memory' ? undefined : folder);
    words.addData('a', 'b', 'a');
    await query.processAllAvailable();
    const state = query.state('aggregate-0');
    const rows = await state.get('a');
    expect(rows.map((row) => row.key)).toEqual(['a']);
    expect(JSON.stringify(rows[0]?.value)).toContain('2');
    expect((await state.scan()).map((row) => row.key).sort()).toEqual(['a', 'b']);
    expect(await state.get('c')).toEqual([]);
    await query.stop();
  });

  it('finds the entries of composite keys by the keys they begin with', async () => {
    const rows = memoryStream<readonly [number, string]>();
    const perPair = readStream(rows).pipe(
      groupByKey(([n, word]) => [n, word] as const),
      count(),
    );
    const query = writeStream(perPair, {
      sink: memorySink(),
      outputMode: 'update',
      ...(kind === 'memory' ? {} : { checkpointLocation: folder }),
    });
    rows.addData([Number.NaN, 'a'], [1, 'a'], [1, 'b'], [11, 'a'], [1, 'a']);
    await query.processAllAvailable();
    const state = query.state('aggregate-0');
    const keysOf = async (prefix: readonly unknown[]) =>
      (await state.scan(prefix)).map((row) => row.key).sort();
    expect(await keysOf([1])).toEqual([
      [1, 'a'],
      [1, 'b'],
    ]);
    expect(await keysOf([Number.NaN])).toEqual([[Number.NaN, 'a']]);
    expect(await keysOf([1, 'b'])).toEqual([[1, 'b']]);
    expect(await keysOf([2])).toEqual([]);
    expect((await state.get([1, 'a'])).map((row) => row.key)).toEqual([[1, 'a']]);
    await query.stop();
  });

  it('finds a key among windows', async () => {
    const times = memoryStream<number>();
    const perWindow = readStream(times).pipe(
      withWatermark((time) => time, '1 minute'),
      groupByKey((time) => (time % 2 === 0 ? Number.NaN : 'odd')),
      window('10 milliseconds'),
      count(),
    );
    const query = writeStream(perWindow, {
      sink: memorySink(),
      outputMode: 'update',
      ...(kind === 'memory' ? {} : { checkpointLocation: folder }),
    });
    times.addData(1, 2, 11, 12, 14);
    await query.processAllAvailable();
    const state = query.state('aggregate-0');
    expect((await state.get('odd')).length).toBe(2);
    expect((await state.get(Number.NaN)).length).toBe(2);
    expect(await state.get('even')).toEqual([]);
    await query.stop();
  });

  it('watches a key: now, and after each commit that changed it', async () => {
    const { words, query } = wordCount(kind === 'memory' ? undefined : folder);
    words.addData('a');
    await query.processAllAvailable();
    const seen = firstValueFrom(
      query.state('aggregate-0').watch('a').pipe(skip(1), take(1), toArray()),
    );
    words.addData('b');
    await query.processAllAvailable();
    words.addData('a');
    const [rows] = await seen;
    expect(JSON.stringify(rows)).toContain('2');
    await query.stop();
  });

  it('watches to the last commit of a query that is stopped while it runs a batch, and completes', async () => {
    const words = memoryStream<string>();
    const query: StreamingQuery = writeStream(
      readStream(words).pipe(groupByKey('length'), count()),
      {
        sink: foreachBatch(() => void query.stop()),
        outputMode: 'update',
        ...(kind === 'memory' ? {} : { checkpointLocation: folder }),
      },
    );
    const seen = lastValueFrom(query.state('aggregate-0').watch(1).pipe(toArray()));
    words.addData('a', 'b');
    await query.awaitTermination();
    expect((await seen).map((rows) => rows.map((row) => row.value))).toEqual([[], [2]]);
  });

  it('watches to the end of a query whose source has completed', async () => {
    const query = writeStream(of('a', 'b').pipe(groupByKey('length'), count()), {
      sink: memorySink(),
      outputMode: 'update',
      ...(kind === 'memory' ? {} : { checkpointLocation: folder }),
    });
    const seen = lastValueFrom(query.state('aggregate-0').watch(1));
    await query.awaitTermination();
    expect(await seen).toMatchObject([{ key: 1, value: 2 }]);
  });

  it('watches what a continuous query commits when it is stopped', async () => {
    const words = memoryStream<string>();
    const shown = new Subject<void>();
    const query = writeStream(readStream(words).pipe(groupByKey('length'), count()), {
      sink: foreach({ process: () => shown.next() }),
      outputMode: 'update',
      trigger: continuous('1 hour'),
      ...(kind === 'memory' ? {} : { checkpointLocation: folder }),
    });
    const seen = lastValueFrom(query.state('aggregate-0').watch(1));
    const isShown = firstValueFrom(shown);
    words.addData('a', 'b');
    await isShown;
    await query.stop();
    expect(await seen).toMatchObject([{ key: 1, value: 2 }]);
  });

  it('gives copies of values, decimals too, and tells NaN from an infinity', async () => {
    const amounts = memoryStream<number>();
    const latest = readStream(amounts).pipe(
      groupByKey(() => 'all'),
      mapGroupsWithState((_key, rows: readonly number[], state: GroupState<Kept>) => {
        state.update({
          amount: Decimal.of('1.50'),
          last: rows.at(-1) ?? 0,
          at: new Date(5),
          bytes: Uint8Array.of(1, 2),
          names: new Map([['a', new Set([Decimal.of('2')])]]),
          list: [null, { n: 1n }],
        });
        return rows.length;
      }),
    );
    const query = writeStream(latest, {
      sink: memorySink(),
      outputMode: 'update',
      ...(kind === 'memory' ? {} : { checkpointLocation: folder }),
    });
    amounts.addData(Number.NaN);
    await query.processAllAvailable();
    const state = query.state('mapGroupsWithState-0');
    const kept = ([row]: readonly StateRow[]) => (row?.value as { state?: Kept })?.state as Kept;
    const value = kept(await state.get('all'));
    expect(value.amount).toBeInstanceOf(Decimal);
    expect(value).toEqual({
      amount: Decimal.of('1.50'),
      last: Number.NaN,
      at: new Date(5),
      bytes: Uint8Array.of(1, 2),
      names: new Map([['a', new Set([Decimal.of('2')])]]),
      list: [null, { n: 1n }],
    });
    value.list.length = 0;
    expect(kept(await state.get('all')).list).toHaveLength(2);
    const seen: unknown[] = [];
    const watching = state.watch('all').subscribe((rows) => seen.push(kept(rows).last));
    await state.get('all');
    amounts.addData(Number.POSITIVE_INFINITY);
    await query.processAllAvailable();
    await state.get('all');
    watching.unsubscribe();
    expect(seen).toEqual([Number.NaN, Number.POSITIVE_INFINITY]);
    await query.stop();
  });

  it('says that scan takes the beginning of an array', async () => {
    const { query } = wordCount(kind === 'memory' ? undefined : folder);
    await query.processAllAvailable();
    expect(() => query.state('aggregate-0').scan('a' as never)).toThrow(
      new TypeError(
        "state('aggregate-0').scan takes the beginning of keys that are arrays, such as scan(['a']), not \"a\": get(key) finds a single key",
      ),
    );
    await query.stop();
  });

  it('names the operators that there are', async () => {
    const { query } = wordCount(kind === 'memory' ? undefined : folder);
    await query.processAllAvailable();
    await expect(query.state('join-0').scan()).rejects.toMatchObject({
      code: 'STATE_OPERATOR_UNKNOWN',
    });
    await query.stop();
  });
});

describe('readState', () => {
  it('gives keys and values of a stopped query', async () => {
    const { words, query } = wordCount(folder);
    words.addData('a', 'b', 'a');
    await query.processAllAvailable();
    await query.stop();
    const keys: unknown[] = [];
    for await (const row of readState(folder, { operator: 'aggregate-0' })) keys.push(row.key);
    expect(keys).toEqual(['a', 'b']);
  });

  it('refuses an operator that keeps no state; one that has kept nothing yet has no rows', async () => {
    const { query } = wordCount(folder);
    await query.processAllAvailable();
    await query.stop();
    const read = async (operator: string) => {
      const keys: unknown[] = [];
      for await (const row of readState(folder, { operator })) keys.push(row.key);
      return keys;
    };
    const unknown = {
      code: 'STATE_OPERATOR_UNKNOWN',
      params: { operator: 'join-0', known: 'aggregate-0' },
    };
    expect(await read('aggregate-0')).toEqual([]);
    await expect(read('join-0')).rejects.toMatchObject(unknown);
  });

  it('refuses a table that there is none of; before the first batch there are no tables', async () => {
    const read = async (options: { readonly operator?: string; readonly table: string }) => {
      const keys: unknown[] = [];
      for await (const row of readState(folder, options)) keys.push(row.key);
      return keys;
    };
    const { words, query } = wordCount(folder);
    await query.processAllAvailable();
    await query.stop();
    expect(await read({ table: 'groups' })).toEqual([]);
    const later = wordCount(folder);
    words.addData('a');
    later.words.addData('a');
    await later.query.processAllAvailable();
    await later.query.stop();
    expect(await read({ table: 'groups' })).toEqual(['a']);
    for (const operator of [{}, { operator: 'aggregate-0' }]) {
      await expect(read({ ...operator, table: 'gruops' })).rejects.toMatchObject({
        code: 'STATE_OPERATOR_UNKNOWN',
        params: { table: 'gruops', known: 'groups of aggregate-0' },
        message: expect.stringContaining(
          'has no table gruops of state: take one of groups of aggregate-0',
        ),
      });
    }
  });

  it('refuses the checkpoint of a running query', async () => {
    const { query } = wordCount(folder);
    await query.processAllAvailable();
    await expect(readState(folder).next()).rejects.toMatchObject({ code: 'CHECKPOINT_LOCKED' });
    await query.stop();
  });
});

/** Counts what reads more than one key. */
class CountingStore extends MemoryByteStore {
  ranges = 0;

  override range(...args: Parameters<MemoryByteStore['range']>) {
    this.ranges += 1;
    return super.range(...args);
  }
}

it('finds a key in state on disk without reading the others', async () => {
  const bytes = new MemoryBytes();
  const files = new MemoryFileSystem();
  const words = memoryStream<string>();
  words.addAll(Array.from({ length: 500 }, (_, i) => `word ${i}`));
  const start = (store: MemoryByteStore) =>
    writeStream(
      readStream(words).pipe(
        groupByKey((word) => word),
        count(),
      ),
      {
        sink: memorySink(),
        outputMode: 'update',
        checkpointLocation: '/checkpoint',
        stateStore: () => store,
        internals: { fileSystem: files },
      },
    );
  const first = start(new MemoryByteStore(bytes));
  await first.processAllAvailable();
  await first.stop();
  const store = new CountingStore(bytes);
  const query = start(store);
  await query.processAllAvailable();
  const before = store.ranges;
  const state = query.state('aggregate-0');
  expect(await state.get('word 7')).toEqual([
    { table: expect.any(String), key: 'word 7', value: 1 },
  ]);
  expect(await state.get('word 500')).toEqual([]);
  expect(store.ranges).toBe(before);
  expect(await state.scan()).toHaveLength(500);
  expect(store.ranges).toBeGreaterThan(before);
  await query.stop();
});
