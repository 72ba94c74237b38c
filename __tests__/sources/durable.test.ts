import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { filter, firstValueFrom, NEVER, Observable, of, Subject, throwError } from 'rxjs';
import { nodeAppendFiles } from '../../lib/sources/durable/nodeAppendFiles.js';
import { type Durable, type DurableOptions, durable } from '../../lib/sources/durable.js';
import type { Source, SourceContext } from '../../lib/sources/source.js';
import { CrashingFiles } from './durable/crashingFiles.js';
import { rowsOf, sourceContext } from './sourceContext.js';

type Opened<T> = Source<T, number>;

function context(files: CrashingFiles, settings: { readonly resumeFrom?: number } = {}) {
  return sourceContext({ directory: 'cp/sources/0', fileSystem: files, ...settings });
}
const opened = async <T>(stream: Durable<T>, ctx: SourceContext): Promise<Opened<T>> =>
  (await stream.open(ctx)) as Opened<T>;
const pushes = (options: Partial<DurableOptions> = {}): Durable<unknown> =>
  durable(undefined, { name: 'orders', ...options });
/** All rows that a new run finds. */
/** A log of four rows, closed or as a crash leaves it, and the file that it is in. */
async function fourRows(closed: boolean): Promise<{ files: CrashingFiles; path: string }> {
  const files = new CrashingFiles();
  const stream = pushes();
  const source = await opened(stream, context(files));
  for (let i = 1; i <= 4; i++) await stream.push(`row ${i}`);
  if (closed) await source.close();
  return { files, path: [...files.files.keys()][0] as string };
}

async function recovered(files: CrashingFiles, resumeFrom = 0): Promise<unknown[]> {
  const source = await opened(pushes(), context(files, { resumeFrom }));
  const end = (await source.latestOffset(null, 'everything')) ?? 0;
  return rowsOf(source, null, end);
}

describe('durable', () => {
  it('acknowledges a row with its offset after a sync, and shows it only then', async () => {
    const files = new CrashingFiles();
    const stream = pushes();
    const source = await opened(stream, context(files));
    const first = stream.push({ id: 1 });
    expect(source.latestOffset(null, 'one batch')).toBeNull();
    expect(files.syncs).toBe(0);
    expect(await first).toBe(1);
    expect(files.syncs).toBe(1);
    expect(await stream.push({ id: 2 })).toBe(2);
    expect(source.latestOffset(null, 'one batch')).toBe(2);
    expect(rowsOf(source, null, 2)).toEqual([{ id: 1 }, { id: 2 }]);
    expect(rowsOf(source, 1, 2)).toEqual([{ id: 2 }]);
    await source.close();
  });

  it('syncs rows pushed together once, and wakes the query', async () => {
    const files = new CrashingFiles();
    const stream = pushes();
    const ctx = context(files);
    await opened(stream, ctx);
    const seen: number[] = [];
    stream.durableUpTo$.subscribe((offset) => seen.push(offset));
    await Promise.all(Array.from({ length: 500 }, (_, i) => stream.push(i)));
    expect([files.syncs, ctx.wakes, seen]).toEqual([1, 1, [0, 500]]);
  });

  it('gives the same ranges after a restart, and goes on counting', async () => {
    const files = new CrashingFiles();
    const stream = pushes();
    const source = await opened(stream, context(files));
    await stream.push('a');
    await stream.push('b');
    await source.close();
    await source.close();
    const again = await opened(stream, context(files, { resumeFrom: 2 }));
    expect(await stream.push('c')).toBe(3);
    expect(rowsOf(again, null, 3)).toEqual(['a', 'b', 'c']);
  });

  it('takes rows before the first query, and between two', async () => {
    const files = new CrashingFiles();
    const stream = pushes();
    const early = stream.push('early');
    const source = await opened(stream, context(files));
    expect(await early).toBe(1);
    const last = stream.push('last');
    await source.close();
    expect(await last).toBe(2);
    const between = stream.push('between');
    const again = await opened(stream, context(files, { resumeFrom: 2 }));
    expect(await between).toBe(3);
    await again.close();
    expect(await recovered(files)).toEqual(['early', 'last', 'between']);
  });

  it('keeps the rows of an Observable, completes after them, and starts it anew', async () => {
    const files = new CrashingFiles();
    const stream = durable(of(1, 2, 3), { name: 'numbers' });
    const ctx = context(files);
    const source = await opened(stream, ctx);
    expect(source.completed).toBe(false);
    await new Promise<void>((done) => {
      ctx.onWake = done;
    });
    expect([source.latestOffset(null, 'one batch'), source.completed]).toEqual([3, false]);
    await source.commit(3);
    expect(source.completed).toBe(true);
    await source.close();
    const again = await opened(stream, context(files, { resumeFrom: 3 }));
    expect(again.completed).toBe(false);
  });

  it('is completed by complete(), once the rows are committed', async () => {
    const stream = pushes();
    const source = await opened(stream, context(new CrashingFiles()));
    await stream.push(1);
    stream.complete();
    expect(source.completed).toBe(false);
    await source.commit(1);
    expect(source.completed).toBe(true);
    await expect(stream.push(2)).rejects.toThrow(/push after complete/);
  });

  it('gives what is durable before it fails with the error of the Observable', async () => {
    const rows = new Subject<number>();
    const ctx = context(new CrashingFiles());
    const source = await opened(durable(rows, { name: 'n' }), ctx);
    rows.next(1);
    rows.error(new Error('boom'));
    await new Promise<void>((done) => {
      ctx.onWake = done;
    });
    expect(source.latestOffset(null, 'one batch')).toBe(1);
    expect(() => source.latestOffset(1, 'one batch')).toThrow('boom');
    const failing = await opened(
      durable(
        throwError(() => new Error('at once')),
        { name: 'n' },
      ),
      context(new CrashingFiles()),
    );
    expect(() => failing.latestOffset(null, 'one batch')).toThrow('at once');
  });

  it('takes maxRowsPerTrigger rows a batch, and stops at the end that was fixed', async () => {
    const stream = pushes({ maxRowsPerTrigger: 2 });
    const source = await opened(stream, context(new CrashingFiles()));
    await Promise.all([1, 2, 3].map((row) => stream.push(row)));
    expect(source.latestOffset(null, 'one batch')).toBe(2);
    expect(source.latestOffset(null, 'everything')).toBe(3);
    source.fixEnd();
    await stream.push(4);
    expect(source.latestOffset(2, 'everything')).toBe(3);
  });

  it('refuses rows beyond maxBytes until rows are committed', async () => {
    const stream = pushes({ maxBytes: 100 });
    const source = await opened(stream, context(new CrashingFiles()));
    const row = 'x'.repeat(28); // 20 + 30 bytes in the log
    await Promise.all([stream.push(row), stream.push(row)]);
    await expect(stream.push('')).rejects.toMatchObject({ code: 'DURABLE_FULL' });
    await source.commit(1);
    expect(await stream.push(row)).toBe(3);
    await expect(pushes({ maxBytes: 5 }).push('long')).rejects.toMatchObject({
      code: 'DURABLE_FULL',
    });
  });

  it.each<[string, DurableOptions, (n: number) => unknown, string]>([
    ['full', { name: 'n', maxBytes: 100 }, (n) => n, 'DURABLE_FULL'],
    [
      'given what it cannot keep',
      { name: 'n' },
      (n) => n || Symbol('n'),
      'DURABLE_ROW_NOT_ENCODABLE',
    ],
  ])('ends an Observable that never pauses when it is %s', async (_when, options, rowOf, code) => {
    let given = 0;
    const endless = new Observable<unknown>((reader) => {
      // Far more than fit, for the test to end where the source goes on.
      for (let n = 4; !reader.closed && given < 10_000; n--, given++) reader.next(rowOf(n));
    });
    const stream = durable(endless, options);
    const source = await opened(stream, context(new CrashingFiles()));
    expect(given).toBeLessThan(10);
    const kept = await firstValueFrom(stream.durableUpTo$.pipe(filter((offset) => offset > 0)));
    expect(rowsOf(source, null, kept)).toEqual([4, 3, 2, 1].slice(0, kept));
    expect(() => source.latestOffset(kept, 'one batch')).toThrow(expect.objectContaining({ code }));
  });

  it('cuts whole segments off the log behind a commit', async () => {
    const files = new CrashingFiles();
    const stream = pushes({ maxBytes: 400 }); // segments of 50 bytes and more
    const source = await opened(stream, context(files));
    for (let i = 1; i <= 6; i++) await stream.push('x'.repeat(18)); // 40 bytes each, 2 a segment
    const segments = () => files.list().filter((name) => name.endsWith('.log'));
    const names = () => segments().map((name) => Number.parseInt(name, 10));
    expect(names()).toEqual([1, 3, 5]);
    await source.commit(3);
    expect(names()).toEqual([3, 5]);
    await source.commit(6);
    expect(names()).toEqual([5]);
    expect(() => rowsOf(source, 3, 6)).toThrow(
      expect.objectContaining({ code: 'SOURCE_RANGE_GONE' }),
    );
    await source.close();
    const again = pushes();
    await opened(again, context(files, { resumeFrom: 6 }));
    expect(await again.push('next')).toBe(7);
  });

  it('refuses a checkpoint whose plan has rows that the log lost', async () => {
    await expect(recovered(new CrashingFiles(), 1)).rejects.toMatchObject({
      code: 'SOURCE_RANGE_GONE',
    });
  });

  it('needs a checkpoint, and one query at a time', async () => {
    const stream = pushes();
    const early = stream.push(1);
    await expect(stream.open(sourceContext())).rejects.toMatchObject({
      code: 'DURABLE_NEEDS_CHECKPOINT',
    });
    await expect(early).rejects.toMatchObject({ code: 'DURABLE_NEEDS_CHECKPOINT' });
    await opened(stream, context(new CrashingFiles()));
    await expect(stream.open(context(new CrashingFiles()))).rejects.toMatchObject({
      code: 'DURABLE_IN_USE',
    });
  });

  it.each(['append', 'sync'] as const)('fails for good when %s fails', async (failing) => {
    const files = new CrashingFiles();
    const stream = pushes();
    const source = await opened(stream, context(files));
    await stream.push('kept');
    files.onCall = (call) => {
      if (call === failing) throw new Error('EIO');
    };
    const [a, b] = [stream.push('a'), stream.push('b')];
    await expect(a).rejects.toMatchObject({ code: 'DURABLE_LOG_FAILED' });
    await expect(b).rejects.toMatchObject({ code: 'DURABLE_LOG_FAILED' });
    files.onCall = () => {};
    await expect(stream.push('c')).rejects.toMatchObject({ code: 'DURABLE_LOG_FAILED' });
    expect(source.latestOffset(null, 'one batch')).toBe(1);
    expect(() => source.latestOffset(1, 'one batch')).toThrow(/EIO/);
    await source.close();
    files.crash((unsynced) => unsynced.subarray(0, 0));
    expect((await recovered(files))[0]).toBe('kept');
  });

  // The first append of a run is the mark's, and comes after both files have been made.
  it.each([1, 2, 3, 4])('has no file open after append %i fails', async (nth) => {
    const files = new CrashingFiles();
    const stream = pushes();
    const source = await opened(stream, context(files));
    let calls = 0;
    files.onCall = (call) => {
      if (call === 'append' && ++calls >= nth) throw new Error('EIO');
    };
    await stream.push('a').catch(() => undefined);
    await stream.push('b').catch(() => undefined);
    await source.close();
    expect(calls).toBeGreaterThanOrEqual(nth);
    expect(files.open).toBe(0);
  });

  it('refuses a row that cannot be kept, and keeps the others', async () => {
    const stream = pushes();
    await opened(stream, context(new CrashingFiles()));
    await expect(stream.push({ f: () => 1 })).rejects.toMatchObject({
      code: 'DURABLE_ROW_NOT_ENCODABLE',
      params: { path: 'row.f' },
    });
    expect(await stream.push(1)).toBe(1);
  });

  it('refuses to be built without a name or with a wrong limit', () => {
    expect(() => durable(NEVER, {} as DurableOptions)).toThrow(/needs a name/);
    expect(() => pushes({ maxBytes: 0 })).toThrow(/maxBytes/);
  });

  it('keeps its rows in real files', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'millrace-durable-'));
    try {
      const file = await nodeAppendFiles.create(join(directory, 'a.log'));
      await file.append(Buffer.from('ab'));
      await file.append(Buffer.from('c'));
      await file.sync();
      await file.close();
      await nodeAppendFiles.sync(join(directory, 'a.log'));
      await expect(nodeAppendFiles.create(join(directory, 'no', 'a.log'))).rejects.toThrow(
        /ENOENT/,
      );
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('the log of a durable source after a crash', () => {
  const tear = fc.oneof(
    fc
      .double({ min: 0, max: 1, noNaN: true })
      .map((part) => (rest: Uint8Array) => rest.subarray(0, Math.floor(rest.length * part))),
    fc.constant((rest: Uint8Array) => new Uint8Array(rest.length)),
    fc.nat(5000).map((at) => (rest: Uint8Array) => {
      const torn = new Uint8Array(rest);
      if (torn.length > 0) torn.fill(0, at % torn.length, (at % torn.length) + 7);
      return torn;
    }),
  );

  it('has every row that was acknowledged, in order, and no other twice', async () => {
    const groups = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(groups, tear, fc.nat(7), async (sizes, tearing, failAt) => {
        const files = new CrashingFiles();
        const stream = pushes({ maxBytes: 2000 });
        await opened(stream, context(files));
        let pushed = 0;
        let acknowledged = 0;
        for (const [i, size] of sizes.entries()) {
          // The group is written, but the process dies before it is synced.
          if (i === failAt)
            files.onCall = (call) => {
              if (call === 'sync') throw new Error('killed');
            };
          const group = Array.from({ length: size }, () => stream.push(++pushed));
          const results = await Promise.allSettled(group);
          acknowledged += results.filter((result) => result.status === 'fulfilled').length;
        }
        files.onCall = () => {};
        files.crash(tearing);
        const rows = await recovered(files);
        expect(rows.length).toBeGreaterThanOrEqual(acknowledged);
        expect(rows).toEqual(Array.from({ length: rows.length }, (_, i) => i + 1));
      }),
    );
  });

  it('opens damaged only with an error, also where nothing stands behind the damage', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.boolean(), async (seed, clean) => {
        const { files, path } = await fourRows(clean);
        const length = files.files.get(path)?.length ?? 0;
        files.flip(path, seed % ((length - (clean ? 20 : 0)) * 8));
        await expect(recovered(files)).rejects.toMatchObject({ code: 'CHECKPOINT_DAMAGED' });
      }),
    );
  });

  it('refuses a log whose end has been cut off, or whose newest segment has gone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.boolean(), async (seed, clean) => {
        const { files, path } = await fourRows(clean);
        const bytes = files.files.get(path) ?? new Uint8Array();
        const kept = seed % (bytes.length - (clean ? 20 : 0));
        if (kept === 0) files.remove(path);
        else files.files.set(path, bytes.subarray(0, kept));
        await expect(recovered(files)).rejects.toMatchObject({ code: 'CHECKPOINT_DAMAGED' });
      }),
    );
  });

  it('refuses a log with a segment missing in the middle', async () => {
    const files = new CrashingFiles();
    const stream = pushes({ maxBytes: 400 });
    await opened(stream, context(files));
    for (let i = 0; i < 6; i++) await stream.push('x'.repeat(18));
    const middle = [...files.files.keys()].sort()[1] as string;
    files.remove(middle);
    await expect(recovered(files)).rejects.toMatchObject({ code: 'CHECKPOINT_DAMAGED' });
  });
});
