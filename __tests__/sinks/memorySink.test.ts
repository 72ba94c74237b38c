import { type MemorySink, memorySink } from '../../lib/sinks/memorySink.js';
import { noopSink } from '../../lib/sinks/noopSink.js';
import type { Sink } from '../../lib/sinks/sink.js';
import type { SourceContext } from '../../lib/sources/source.js';
import { sinkContext } from '../../lib/testing/sinkContract.js';
import { sinkContract } from '../contracts/sink.contract.js';
import { dyingFileSystem } from './dyingFileSystem.js';

const open = (table: MemorySink<number>, queryId = 'q'): Sink<number> =>
  table.open(sinkContext(dyingFileSystem(), { queryId })) as Sink<number>;

sinkContract('memory', [1, 2, 3, 4], () => {
  const table = memorySink<number>();
  const read = () => table.rows();
  return { sink: table, read, idempotent: true, durable: true, fileSystem: dyingFileSystem() };
});

describe('memorySink', () => {
  it('is empty before the first batch', () => {
    const table = memorySink<number>('t');
    expect([table.rows(), table.batches(), table.toArray()]).toEqual([[], [], []]);
    expect([table.kind, table.description]).toEqual(['memory', 'MemorySink[t]']);
    expect(memorySink().description).toBe('MemorySink');
  });

  it('adds in append and update, replaces in complete', () => {
    const table = memorySink<number>();
    const sink = open(table);
    sink.addBatch(0, [1], 'append');
    sink.addBatch(1, [2, 3], 'update');
    expect(table.rows()).toEqual([1, 2, 3]);
    sink.addBatch(2, [9], 'complete');
    expect(table.rows()).toEqual([9]);
    expect(table.batches()).toEqual([{ batchId: 2, rows: [9] }]);
  });

  it('keeps empty batches apart from no batch', () => {
    const table = memorySink<number>();
    open(table).addBatch(0, [], 'append');
    expect(table.batches()).toEqual([{ batchId: 0, rows: [] }]);
  });

  it('ignores an id at or below the newest of the same query only', () => {
    const table = memorySink<number>();
    open(table, 'a').addBatch(1, [1], 'append');
    open(table, 'a').addBatch(1, [2], 'append');
    open(table, 'a').addBatch(0, [3], 'append');
    open(table, 'b').addBatch(0, [4], 'append');
    expect(table.rows()).toEqual([1, 4]);
  });

  it('forgets batch ids with clear', () => {
    const table = memorySink<number>();
    open(table).addBatch(0, [1], 'append');
    table.clear();
    open(table).addBatch(0, [2], 'append');
    expect(table.rows()).toEqual([2]);
  });

  it('keeps its rows when the engine reuses the array', () => {
    const table = memorySink<number>();
    const buffer = [1];
    open(table).addBatch(0, buffer, 'append');
    buffer[0] = 5;
    expect(table.rows()).toEqual([1]);
  });

  it('gives toArray as a copy', () => {
    const table = memorySink<number>();
    open(table).addBatch(0, [1], 'append');
    table.toArray().push(2);
    expect(table.rows()).toEqual([1]);
  });

  it('tells listeners of each batch that took effect, until they leave', () => {
    const table = memorySink<number>();
    const seen: number[] = [];
    const leave = table.onBatch((batch) => seen.push(batch.batchId));
    const sink = open(table);
    sink.addBatch(0, [1], 'append');
    sink.addBatch(0, [1], 'append');
    sink.addBatch(1, [], 'append');
    leave();
    sink.addBatch(2, [1], 'append');
    expect(seen).toEqual([0, 1]);
  });

  it('is a finite source of the rows there when it is opened', async () => {
    const table = memorySink<number>();
    const sink = open(table);
    sink.addBatch(0, [1, 2, 3], 'append');
    const description = table.source();
    const source = await description.open({} as SourceContext);
    sink.addBatch(1, [4], 'append');
    const nothing = { failed: () => undefined, dropped: () => undefined };
    expect(description.finite).toBe(true);
    expect(await source.latestOffset(null, 'one batch')).toBe(3);
    expect(await source.latestOffset(3, 'one batch')).toBe(3);
    expect([...(source.read(1, 3, nothing) as Iterable<number[]>)]).toEqual([[2, 3]]);
  });

  it('says null as the offset of an empty table', async () => {
    const source = await memorySink<number>()
      .source()
      .open({} as SourceContext);
    expect(await source.latestOffset(null, 'everything')).toBeNull();
  });
});

describe('noopSink', () => {
  it('takes every mode and keeps nothing', async () => {
    const sink = noopSink();
    expect(sink.modes).toEqual(['append', 'update', 'complete']);
    const running = await sink.open(sinkContext(dyingFileSystem()));
    expect(await running.addBatch(0, [1], 'append')).toBeUndefined();
    expect(await running.close()).toBeUndefined();
  });
});
