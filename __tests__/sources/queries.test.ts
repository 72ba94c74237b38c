import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Subject } from 'rxjs';
import {
  availableNow,
  durable,
  memorySink,
  rate,
  ratePerBatch,
  readStream,
  select,
  socketLines,
  writeStream,
} from '../../index.js';
import { advanceClock, checkNewAnswer, manualClock, testStream } from '../../lib/testing/index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-sources-'));
});
afterEach(() => rm(folder, { recursive: true }));

const value = <T>(row: { readonly value: T }): T => row.value;

describe('a query over rate', () => {
  it('runs a batch at each whole second of its clock', async () => {
    const clock = manualClock(500);
    const rows = readStream(rate({ rowsPerSecond: 2 })).pipe(select(value));
    await testStream(rows, { clock })(
      advanceClock(999),
      checkNewAnswer(),
      advanceClock(1),
      checkNewAnswer(0, 1),
      advanceClock('2 seconds'),
      checkNewAnswer(2, 3, 4, 5),
    );
  });
});

describe('a query over ratePerBatch', () => {
  it('takes one batch with availableNow, and the next one at the next start', async () => {
    const sink = memorySink<number>();
    const rows = readStream(ratePerBatch({ rowsPerBatch: 3 })).pipe(select(value));
    for (let start = 0; start < 2; start++) {
      const options = { sink, trigger: availableNow(), checkpointLocation: folder };
      await writeStream(rows, options).awaitTermination();
    }
    expect(sink.rows()).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('a query over durable', () => {
  it('gives each acknowledged row once over restarts', async () => {
    const orders = durable<{ readonly id: number; readonly at: Date }>(undefined, {
      name: 'orders',
    });
    const sink = memorySink<number>();
    const ids = readStream(orders).pipe(select((order) => order.id + order.at.getTime()));
    const options = { sink, checkpointLocation: folder };
    for (let run = 0; run < 3; run++) {
      const query = writeStream(ids, options);
      const pushed = [1, 2].map((id) => orders.push({ id: id + run * 2, at: new Date(10) }));
      await Promise.all(pushed);
      if (run !== 1) await query.processAllAvailable();
      await query.stop();
    }
    expect(sink.rows()).toEqual([11, 12, 13, 14, 15, 16]);
  });

  it('ends when the Observable has completed and its rows are committed', async () => {
    const rows$ = new Subject<number>();
    const sink = memorySink<number>();
    const stream = readStream(durable(rows$, { name: 'numbers' }));
    const query = writeStream(stream, { sink, checkpointLocation: folder });
    while (!rows$.observed) await new Promise((done) => setImmediate(done));
    rows$.next(1);
    rows$.next(2);
    rows$.complete();
    expect(await query.awaitTermination()).toBe(true);
    expect(sink.rows()).toEqual([1, 2]);
  });

  it('is refused without a checkpoint', async () => {
    const stream = readStream(durable<number>(undefined, { name: 'numbers' }));
    const query = writeStream(stream, { sink: memorySink<number>() });
    await expect(query.awaitTermination()).rejects.toMatchObject({
      code: 'DURABLE_NEEDS_CHECKPOINT',
    });
  });
});

describe('a query over a socket', () => {
  it('gives lines as they come', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const sink = memorySink<string>();
    const lines = readStream(socketLines({ host: '127.0.0.1', port })).pipe(select(value));
    const query = writeStream(lines, { sink });
    const [peer] = await accepted;
    peer.write('one\ntw');
    peer.write('o\n');
    while (sink.rows().length < 2) await new Promise((done) => setImmediate(done));
    expect(sink.rows()).toEqual(['one', 'two']);
    await query.stop();
    peer.destroy();
    server.close();
  });

  it('fails to start where nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((done) => server.close(done));
    const lines = readStream(socketLines({ host: '127.0.0.1', port }));
    const query = writeStream(lines, { sink: memorySink() });
    await expect(query.awaitTermination()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  });
});
