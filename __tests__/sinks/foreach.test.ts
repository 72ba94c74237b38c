import { from, of } from 'rxjs';
import { foreach, type RowWriter } from '../../lib/sinks/foreach.js';
import { foreachBatch } from '../../lib/sinks/foreachBatch.js';
import type { Sink, StreamSink } from '../../lib/sinks/sink.js';
import { sinkContext } from '../../lib/testing/sinkContract.js';
import { sinkContract } from '../contracts/sink.contract.js';
import { dyingFileSystem } from './dyingFileSystem.js';

const running = <T>(sink: StreamSink<T>): Sink<T> =>
  sink.open(sinkContext(dyingFileSystem())) as Sink<T>;

function recorder(changes: Partial<RowWriter<number>> = {}) {
  const calls: string[] = [];
  const writer: RowWriter<number> = {
    open: (batchId) => void calls.push(`open ${batchId}`),
    process: (row) => void calls.push(`row ${row}`),
    close: (...args) => void calls.push(args.length === 0 ? 'close' : `close ${args[0]}`),
    ...changes,
  };
  return { calls, sink: running(foreach(writer)) };
}

sinkContract('foreach', [1, 2, 3, 4], () => {
  const rows: number[] = [];
  const sink = foreach<number>({ process: (row) => void rows.push(row) });
  const fileSystem = dyingFileSystem();
  return { sink, read: () => rows, idempotent: false, durable: false, fileSystem };
});

sinkContract('foreachBatch', [1, 2, 3, 4], () => {
  const batches = new Map<number, readonly number[]>();
  const sink = foreachBatch<number>((rows, batchId) => void batches.set(batchId, rows));
  const read = () => [...batches.values()].flat();
  const fileSystem = dyingFileSystem();
  return { sink, read, idempotent: true, durable: false, fileSystem };
});

describe('foreach', () => {
  it('opens, processes and closes once per batch, empty ones too', () => {
    const { calls, sink } = recorder();
    expect(sink.addBatch(0, [1, 2], 'append')).toBeUndefined();
    sink.addBatch(1, [], 'append');
    expect(calls).toEqual(['open 0', 'row 1', 'row 2', 'close', 'open 1', 'close']);
  });

  it('skips the rows when open says false, and still closes', () => {
    const { calls, sink } = recorder({ open: () => false });
    sink.addBatch(0, [1], 'append');
    expect(calls).toEqual(['close']);
  });

  it('awaits open, each row and close, one after the other', async () => {
    const calls: string[] = [];
    const say = async (text: string) => {
      await Promise.resolve();
      calls.push(text);
    };
    const sink = running(
      foreach<number>({
        open: (id) => say(`open ${id}`).then(() => true),
        process: (row) => say(`row ${row}`),
        close: () => say('close'),
      }),
    );
    await sink.addBatch(0, [1, 2], 'append');
    expect(calls).toEqual(['open 0', 'row 1', 'row 2', 'close']);
  });

  it('closes once with the error of a row, and fails with it', () => {
    const { calls, sink } = recorder({
      process: () => {
        throw new Error('disk');
      },
    });
    expect(() => sink.addBatch(0, [1, 2], 'append')).toThrow('disk');
    sink.close(new Error('later'));
    expect(calls).toEqual(['open 0', 'close Error: disk']);
  });

  it('fails with the error of a row though close throws too', async () => {
    const { sink } = recorder({
      process: () => Promise.reject(new Error('row')),
      close: () => Promise.reject(new Error('close')),
    });
    await expect(sink.addBatch(0, [1], 'append')).rejects.toThrow('row');
  });

  it.each([undefined, null, 0, ''])('tells close that %p was thrown', (thrown) => {
    const { calls, sink } = recorder({
      process: () => {
        throw thrown;
      },
    });
    expect(() => sink.addBatch(0, [1], 'append')).toThrow();
    expect(calls).toEqual(['open 0', `close Error: process threw ${thrown}`]);
  });

  it('refuses an Observable from process, to which nobody would subscribe', async () => {
    const { calls, sink } = recorder({ process: (row) => of(row) as never });
    expect(() => sink.addBatch(0, [1, 2], 'append')).toThrow(
      'process of foreach gave an Observable',
    );
    expect(calls).toEqual(['open 0', expect.stringContaining('close TypeError')]);
    const later = recorder({ process: async (row) => of(row) as never });
    await expect(later.sink.addBatch(0, [1], 'append')).rejects.toThrow('lastValueFrom');
  });

  it('does not close what did not open', () => {
    const { calls, sink } = recorder({
      open: () => {
        throw new Error('refused');
      },
    });
    expect(() => sink.addBatch(0, [1], 'append')).toThrow('refused');
    sink.close();
    expect(calls).toEqual([]);
  });

  it('fails when close throws after the rows', () => {
    const { sink } = recorder({
      close: () => {
        throw new Error('flush');
      },
    });
    expect(() => sink.addBatch(0, [1], 'append')).toThrow('flush');
  });

  it('opens again when a batch is written again', () => {
    const { calls, sink } = recorder();
    sink.addBatch(0, [1], 'append');
    sink.addBatch(0, [1], 'append');
    expect(calls).toEqual(['open 0', 'row 1', 'close', 'open 0', 'row 1', 'close']);
  });

  it('hears of a stop in the middle of a batch, and processes no row after it', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { calls, sink } = recorder({ process: (row) => (row === 1 ? held : undefined) });
    const batch = sink.addBatch(0, [1, 2], 'append');
    sink.close();
    release();
    await batch;
    expect(calls).toEqual(['open 0', 'close Error: the query stopped before the batch ended']);
  });

  it('takes rows as they come in continuous mode and closes with the epoch', () => {
    const { calls, sink } = recorder();
    sink.addRows?.(0, [1]);
    sink.addRows?.(0, [2]);
    sink.addBatch(0, [3], 'append');
    sink.addRows?.(1, [4]);
    sink.addBatch(1, [], 'append');
    expect(calls.join(' ')).toBe('open 0 row 1 row 2 row 3 close open 1 row 4 close');
  });

  it('reports what a row threw in a turn when the epoch ends', async () => {
    const { calls, sink } = recorder({
      process: () => {
        throw new Error('row');
      },
    });
    sink.addRows?.(0, [1]);
    await expect(sink.addBatch(0, [], 'append')).rejects.toThrow('row');
    expect(calls).toEqual(['open 0', 'close Error: row']);
  });

  it('refuses a writer without process', () => {
    expect(() => foreach({} as RowWriter<number>)).toThrow(TypeError);
  });
});

describe('foreachBatch', () => {
  it('gives rows and batch id, empty batches too', () => {
    const calls: unknown[] = [];
    const sink = running(foreachBatch<number>((rows, id) => void calls.push([rows, id])));
    expect(sink.addBatch(0, [1], 'update')).toBeUndefined();
    sink.addBatch(1, [], 'update');
    expect(calls).toEqual([
      [[1], 0],
      [[], 1],
    ]);
  });

  it('answers when the function has', async () => {
    const sink = running(foreachBatch<number>(() => Promise.reject(new Error('no'))));
    await expect(sink.addBatch(0, [1], 'append')).rejects.toThrow('no');
  });

  it('refuses an Observable, to which nobody would subscribe', async () => {
    const sink = running(foreachBatch<number>((rows) => from(rows) as never));
    expect(() => sink.addBatch(0, [1], 'append')).toThrow(
      'the function of foreachBatch gave an Observable',
    );
    const later = running(foreachBatch<number>(async (rows) => from(rows) as never));
    await expect(later.addBatch(0, [1], 'append')).rejects.toThrow('lastValueFrom');
  });

  it('refuses what is no function', () => {
    expect(() => foreachBatch(undefined as never)).toThrow(TypeError);
  });
});
