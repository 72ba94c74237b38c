import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  foreach,
  memoryStream,
  noopSink,
  type RowWriter,
  readStream,
  select,
  writeStream,
} from '../../index.js';
import { QueryFeed } from '../../lib/page/queryFeed.js';

/** A query whose operator and writer note what they see; `select` doubles. */
function traced(writer: Partial<RowWriter<number>> = {}, checkpointLocation?: string) {
  const seen: string[] = [];
  const numbers = memoryStream<number>();
  const doubled = readStream(numbers).pipe(
    select((n) => {
      seen.push(`select ${n}`);
      if (n === 13) throw new Error('unlucky');
      return n * 2;
    }),
  );
  const query = writeStream(doubled, {
    sink: foreach<number>({
      open: (id) => void seen.push(`open ${id}`),
      process: (row) => void seen.push(`row ${row}`),
      close: (...error) => void seen.push(['close', ...error].join(' ')),
      ...writer,
    }),
    ...(checkpointLocation === undefined ? {} : { checkpointLocation }),
  });
  return { seen, numbers, query, log: () => seen.join(', ') };
}

describe('foreach without a checkpoint', () => {
  it('has a row before the next one is computed, and close when the batch is', async () => {
    const { log, numbers, query } = traced();
    numbers.addData(1, 2);
    await query.processAllAvailable();
    expect(query.lastProgress?.sink.numOutputRows).toBe(2);
    numbers.addData(3);
    await query.processAllAvailable();
    await query.stop();
    expect(log()).toBe(
      'select 1, open 0, row 2, select 2, row 4, close, select 3, open 1, row 6, close',
    );
  });

  it('has rows one after the other where each is awaited', async () => {
    const { log, numbers, query, seen } = traced({
      process: async (row) => {
        seen.push(`row ${row}`);
        await Promise.resolve();
        seen.push(`written ${row}`);
      },
    });
    numbers.addData(1, 2, 3);
    await query.processAllAvailable();
    expect(query.lastProgress?.sink.numOutputRows).toBe(3);
    await query.stop();
    expect(log()).toBe(
      'select 1, open 0, row 2, select 2, select 3, written 2, row 4, written 4, row 6, written 6, close',
    );
  });

  it('waits for open with the rows', async () => {
    const { log, numbers, query, seen } = traced({
      open: async (id) => {
        await Promise.resolve();
        seen.push(`open ${id}`);
        return id > 0;
      },
    });
    numbers.addData(1);
    await query.processAllAvailable();
    numbers.addData(2);
    await query.processAllAvailable();
    await query.stop();
    expect(log()).toBe('select 1, open 0, close, select 2, open 1, row 4, close');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('full'))],
  ])('ends with what a row %s, and gives no other', async (_how, fail) => {
    const { numbers, query, seen } = traced({
      process: (row) => {
        seen.push(`row ${row}`);
        return row === 4 ? fail() : undefined;
      },
    });
    numbers.addData(1, 2, 3);
    await expect(query.processAllAvailable()).rejects.toMatchObject({
      code: 'BATCH_FAILED',
      message: expect.stringContaining('full') as string,
    });
    const written = seen.filter((what) => !what.startsWith('select'));
    expect(written).toEqual(['open 0', 'row 2', 'row 4', 'close Error: full']);
  });

  it('closes with the error if the batch fails behind rows that it has', async () => {
    const { log, numbers, query } = traced();
    numbers.addData(1, 13, 2);
    await expect(query.processAllAvailable()).rejects.toThrow('unlucky');
    expect(log()).toMatch(/^select 1, open 0, row 2, select 13, close .*unlucky/);
  });

  it('counts the rows that noopSink does not keep', async () => {
    const numbers = memoryStream<number>();
    const query = writeStream(readStream(numbers), { sink: noopSink() });
    numbers.addData(1, 2, 3);
    await query.processAllAvailable();
    expect(query.lastProgress?.sink.numOutputRows).toBe(3);
    await query.stop();
  });

  it('leaves the rows to a live page, which shows them', async () => {
    const { numbers, query } = traced();
    const feed = new QueryFeed(query, { rows: 10, now: () => 0, changed: () => undefined });
    numbers.addData(1, 2);
    await query.processAllAvailable();
    expect(JSON.stringify(feed.snapshot(0).table)).toContain('4');
    feed.close();
    await query.stop();
  });
});

describe('foreach with a checkpoint', () => {
  it('has no row before its batch has been computed and planned', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-early-'));
    const { log, numbers, query } = traced({}, folder);
    numbers.addData(1, 2);
    await query.processAllAvailable();
    await query.stop();
    rmSync(folder, { recursive: true });
    expect(log()).toBe('select 1, select 2, open 0, row 2, row 4, close');
  });
});
