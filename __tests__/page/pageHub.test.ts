import { VirtualTimeScheduler } from 'rxjs';
import {
  dropDuplicates,
  memorySink,
  memoryStream,
  readStream,
  select,
  where,
  withWatermark,
  writeStream,
} from '../../index.js';
import { PageHub } from '../../lib/page/pageHub.js';
import type { PageMessage, QueryNews } from '../../lib/page/wire.js';

interface Row {
  readonly id: number;
  readonly at: number;
}

/** A hub in virtual time and one page that listens. */
function hubOf({ listens = true, workMs = 0 } = {}) {
  const time = new VirtualTimeScheduler();
  let clock = 0;
  const hub = new PageHub(100, time, () => {
    clock += workMs; // every second call is the end of a piece of work
    return clock;
  });
  const events: { readonly name: string; readonly message: PageMessage; readonly at: number }[] =
    [];
  const listener = {
    send: (text: string) => {
      const [, name = '', data = ''] = /^event: (\w+)\ndata: (.*)\n\n$/.exec(text) ?? [];
      events.push({ name, message: JSON.parse(data) as PageMessage, at: time.now() });
    },
  };
  if (listens) hub.add(listener);
  return { hub, time, events, listener };
}

function query(name: string) {
  const source = memoryStream<Row>();
  const sink = memorySink<Row>();
  const stream = readStream(source).pipe(
    where((row) => row.id >= 0),
    withWatermark((row) => row.at, '1 second'),
    dropDuplicates(['id', 'at']),
  );
  return { source, sink, query: writeStream(stream, { sink, queryName: name }) };
}

/** What the last event says of the run. */
function newsOf(message: PageMessage | undefined, runId: string): QueryNews {
  const news = message?.queries.find((each) => each.runId === runId);
  if (!news) throw new Error(`nothing about ${runId}`);
  return news;
}

describe('the hub of the page', () => {
  it('writes events with one line of JSON, a snapshot first', async () => {
    const { hub, events } = hubOf();
    expect(events.map(({ name }) => name)).toEqual(['snapshot']);
    expect(events[0]?.message).toEqual({ now: 0, queries: [], gone: [] });
    hub.close();
  });

  it('says what lastProgress says, and what the sink has', async () => {
    const { hub, time, events } = hubOf();
    const { source, query: q, sink } = query('numbers');
    source.addData({ id: 1, at: 10_000 }, { id: 1, at: 10_000 }, { id: -1, at: 0 });
    await q.processAllAvailable();
    source.addData({ id: 2, at: 20_000 });
    await q.processAllAvailable();
    source.addData({ id: 3, at: 5000 }); // 14 s behind the watermark
    await q.processAllAvailable();
    time.flush();
    const news = newsOf(events.at(-1)?.message, q.runId);
    expect(news.progress).toEqual(JSON.parse(JSON.stringify(q.lastProgress)));
    expect(news.totals).toMatchObject({ rows: 5, out: 2, late: 1 });
    const all = newsOf(eventOf(hub.snapshot()), q.runId);
    expect(all.about?.name).toBe('numbers');
    expect(all.table?.rows.map(([, id, at]) => ({ id, at }))).toEqual(sink.rows());
    expect(all.late).toMatchObject([
      { time: 5000, watermark: 19_000, operator: 'dropDuplicates-0' },
    ]);
    expect(all.nodes['dropDuplicates-0']).toMatchObject({ late: 1, rows: 2 });
    expect(all.nodes['where-0']).toMatchObject({ rows: 4 });
    expect(all.nodes['withWatermark-0']).toMatchObject({ rows: 4 });
    expect(all.nodes['source-0']).toMatchObject({ rows: 5 });
    await q.stop();
    hub.close();
  });

  it('tells many batches together, four times a second', async () => {
    const { hub, time, events } = hubOf();
    const { source, query: q } = query('fast');
    for (let i = 0; i < 50; i++) {
      source.addData({ id: i, at: 1000 });
      await q.processAllAvailable();
      time.maxFrames = time.now() + 20; // 50 batches a second
      time.flush();
      time.frame = time.maxFrames;
    }
    const told = events.filter(({ name }) => name === 'news');
    expect(told.length).toBeLessThanOrEqual(5);
    await q.stop();
    hub.close();
  });

  it('rests 99 times as long as it has worked', async () => {
    const { hub, time, events } = hubOf({ workMs: 10 });
    const { source, query: q } = query('slow page');
    source.addData({ id: 1, at: 1 });
    await q.processAllAvailable();
    time.maxFrames = 989;
    time.flush();
    source.addData({ id: 2, at: 1 });
    await q.processAllAvailable();
    const before = events.length;
    time.flush();
    expect(events.length).toBe(before);
    time.maxFrames = 990;
    time.flush();
    expect(events.length).toBe(before + 1);
    await q.stop();
    hub.close();
  });

  it('does nothing while nobody looks and nothing once all is told', async () => {
    const { hub, time, listener, events } = hubOf({ listens: false });
    const { source, query: q } = query('alone');
    source.addData({ id: 1, at: 1 });
    await q.processAllAvailable();
    expect(time.actions).toHaveLength(0);
    hub.add(listener);
    expect(newsOf(events[0]?.message, q.runId).batches).toHaveLength(1);
    source.addData({ id: 2, at: 1 });
    await q.processAllAvailable();
    time.maxFrames = 60_000;
    time.flush();
    expect(time.actions).toHaveLength(0);
    expect(newsOf(events.at(-1)?.message, q.runId).nodes['source-0']?.rate).toBe(0);
    await q.stop();
    hub.close();
  });

  it('shows a failed query with its code, operator and what to do', async () => {
    const { hub } = hubOf();
    const source = memoryStream<number>();
    const stream = readStream(source).pipe(
      select((n) => {
        if (n === 2) throw new RangeError('two');
        return n;
      }),
    );
    const q = writeStream(stream, { sink: memorySink<number>() });
    source.addData(1, 2);
    await expect(q.processAllAvailable()).rejects.toThrow('two');
    const { state, failure } = newsOf(eventOf(hub.snapshot()), q.runId);
    expect(state).toBe('failed');
    expect(failure).toMatchObject({
      code: 'BATCH_FAILED',
      operator: 'select-0',
      restarting: false,
    });
    expect(failure?.fix).toContain('deadLetter');
    hub.close();
  });

  it('follows queries no longer once it is closed', async () => {
    const { hub } = hubOf();
    const { query: q } = query('left');
    hub.close();
    const { execution } = q.internals;
    expect([execution.outputs.late$.observed, execution.outputs.committed$.observed]).toEqual([
      false,
      false,
    ]);
    await q.stop();
  });

  it('keeps the last ten runs that have ended', async () => {
    const { hub, time, events } = hubOf();
    for (let i = 0; i < 13; i++) {
      const { query: q } = query('again');
      await q.stop();
    }
    time.flush();
    expect(eventOf(hub.snapshot()).queries.length).toBeLessThanOrEqual(11);
    expect(events.at(-1)?.message.gone.length).toBeGreaterThan(0);
    hub.close();
  });
});

function eventOf(text: string): PageMessage {
  return JSON.parse(text.slice(text.indexOf('data: ') + 6)) as PageMessage;
}
