import { type MemoryStream, memoryStream } from '../../lib/sources/memoryStream.js';
import type { Source } from '../../lib/sources/source.js';
import { rowsOf, sourceContext, type TestContext } from './sourceContext.js';

const open = <T>(stream: MemoryStream<T>, ctx: TestContext = sourceContext()): Source<T, number> =>
  stream.open(ctx) as Source<T, number>;

describe('memoryStream', () => {
  it('counts addData calls, empty ones too, and gives the rows of a range', () => {
    const stream = memoryStream<number>();
    const source = open(stream);
    expect(source.latestOffset(null, 'one batch')).toBeNull();
    expect(stream.addData(1, 2)).toBe(1);
    expect(stream.addData()).toBe(2);
    expect(stream.addData(3)).toBe(3);
    expect(source.latestOffset(null, 'one batch')).toBe(3);
    expect(rowsOf(source, null, 3)).toEqual([1, 2, 3]);
    expect(rowsOf(source, 1, 2)).toEqual([]);
    expect(rowsOf(source, 2, 3)).toEqual([3]);
    expect(source.latestOffset(3, 'one batch')).toBe(3);
  });

  it('takes its schema as DDL too, and refuses what is none', () => {
    const { schema } = memoryStream({ schema: 'id INT' });
    expect(schema?.fields.map(({ name }) => name)).toEqual(['id']);
    expect(() => memoryStream({ schema: 'id NUMBER?' })).toThrow(
      expect.objectContaining({ code: 'DDL_INVALID' }),
    );
  });

  it('gives the same range again, to a second opener too', () => {
    const stream = memoryStream<string>();
    stream.addData('a');
    const first = open(stream);
    first.commit(1);
    first.close();
    stream.addData('b');
    const second = open(stream);
    expect(rowsOf(second, null, 2)).toEqual(['a', 'b']);
    expect(second.latestOffset(1, 'one batch')).toBe(2);
  });

  it('wakes every opened source in the same tick, with the rows already there', () => {
    const stream = memoryStream<number>();
    const seen: (number | null)[] = [];
    const ctx = sourceContext();
    const source = open(stream, ctx);
    ctx.onWake = () => seen.push(source.latestOffset(null, 'one batch') as number | null);
    const closed = sourceContext();
    open(stream, closed).close();
    stream.addData(7);
    stream.complete();
    expect(seen).toEqual([1, 1]);
    expect(closed.wakes).toBe(0);
  });

  it('does not wake a source that an earlier one closed', () => {
    const stream = memoryStream<number>();
    const first = sourceContext();
    const second = sourceContext();
    open(stream, first);
    const closing = open(stream, second);
    first.onWake = () => void closing.close();
    stream.addData(1);
    expect(second.wakes).toBe(0);
  });

  it('limits a batch to maxCallsPerTrigger calls, unless everything is asked for', () => {
    const stream = memoryStream<number>({ maxCallsPerTrigger: 1 });
    const source = open(stream);
    stream.addData(1);
    stream.addData();
    stream.addData(2, 3);
    expect(source.latestOffset(null, 'one batch')).toBe(1);
    expect(source.latestOffset(1, 'one batch')).toBe(2);
    expect(source.latestOffset(null, 'everything')).toBe(3);
  });

  it('takes whole calls up to maxRowsPerTrigger, at least one', () => {
    const stream = memoryStream<number>({ maxRowsPerTrigger: 2 });
    const source = open(stream);
    stream.addData(1, 2, 3);
    stream.addData(4);
    stream.addData(5);
    stream.addData(6);
    expect(source.latestOffset(null, 'one batch')).toBe(1);
    expect(source.latestOffset(1, 'one batch')).toBe(3);
    expect(source.latestOffset(3, 'one batch')).toBe(4);
  });

  it('does not pass its end once that is fixed', () => {
    const stream = memoryStream<number>();
    const source = open(stream);
    stream.addData(1);
    source.fixEnd();
    stream.addData(2);
    expect(source.latestOffset(null, 'everything')).toBe(1);
    expect(source.latestOffset(1, 'everything')).toBe(1);
  });

  it('is finite after complete(), completed once its rows are committed, and takes no more', () => {
    const stream = memoryStream<number>('clicks');
    const source = open(stream);
    stream.addData(1);
    expect([stream.finite, source.completed]).toEqual([false, false]);
    stream.complete();
    expect([stream.finite, source.completed]).toEqual([true, false]);
    source.commit(1);
    expect(source.completed).toBe(true);
    expect(open(stream, sourceContext({ resumeFrom: 1 })).completed).toBe(true);
    expect(() => stream.addData(1)).toThrow(/MemoryStream\[clicks\].*after complete/);
  });

  it('refuses a checkpoint that stands at calls it never had', () => {
    const source = open(memoryStream<number>());
    expect(() => source.latestOffset(2, 'one batch')).toThrow(
      expect.objectContaining({ code: 'SOURCE_RANGE_GONE' }),
    );
    expect(() => rowsOf(source, 1, 2)).toThrow(/addData call 2/);
  });

  it.each([0, -1, 1.5, Number.NaN, '3' as never])('refuses %p as a limit', (value) => {
    expect(() => memoryStream({ maxCallsPerTrigger: value })).toThrow(RangeError);
    expect(() => memoryStream({ maxRowsPerTrigger: value })).toThrow(/maxRowsPerTrigger/);
  });
});
