import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import {
  type SocketLinesOptions,
  type SocketRow,
  socketLines,
} from '../../lib/sources/socketLines.js';
import type { Source } from '../../lib/sources/source.js';
import { Reported, rowsOf, sourceContext, type TestContext } from './sourceContext.js';

type Opened = Source<SocketRow<SocketLinesOptions>, number>;
let server: Server;
let port: number;
const closing: (() => unknown)[] = [];

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  if (server.listening) await new Promise((done) => server.close(done));
});

async function open(
  options: Partial<SocketLinesOptions> = {},
  ctx: TestContext = sourceContext(),
): Promise<{ source: Opened; peer: Socket; ctx: TestContext }> {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const description = socketLines({ host: '127.0.0.1', port, ...options });
  const source = (await description.open(ctx)) as Opened;
  const [peer] = await accepted;
  closing.push(
    () => source.close(),
    () => peer.destroy(),
  );
  return { source, peer, ctx };
}

/** Resolves at the first wake after which `until` holds. */
function woken(ctx: TestContext, until: () => boolean): Promise<void> {
  return new Promise((done) => {
    const check = (): void => {
      if (until()) done();
    };
    ctx.onWake = check;
    check();
  });
}
const has = (source: Opened, rows: number) => () =>
  source.latestOffset(null, 'everything') === rows;
const values = (rows: readonly { readonly value: string }[]): string[] => rows.map((r) => r.value);

describe('socketLines', () => {
  it('gives the lines that came, in ranges, and wakes the query', async () => {
    const { source, peer, ctx } = await open();
    expect(source.latestOffset(null, 'one batch')).toBeNull();
    peer.write('a\nb\nc\nhalf');
    await woken(ctx, has(source, 3));
    expect(rowsOf(source, null, 3)).toEqual([{ value: 'a' }, { value: 'b' }, { value: 'c' }]);
    expect(values(rowsOf(source, 1, 2))).toEqual(['b']);
    source.commit(2);
    expect(values(rowsOf(source, 2, 3))).toEqual(['c']);
    expect(source.latestOffset(3, 'one batch')).toBe(3);
  });

  it('adds the time of arrival on the clock of the query', async () => {
    const ctx = sourceContext({ nowMs: 77 });
    const { source, peer } = await open({ includeTimestamp: true, timestamps: 'ms' }, ctx);
    peer.write('a\n');
    await woken(ctx, has(source, 1));
    ctx.nowMs = 99;
    expect(rowsOf(source, null, 1)).toEqual([{ value: 'a', timestamp: 77 }]);
    expect(socketLines({ host: 'h', port, includeTimestamp: true }).schema?.fields).toHaveLength(2);
  });

  it('takes maxRowsPerTrigger lines a batch', async () => {
    const { source, peer, ctx } = await open({ maxRowsPerTrigger: 2 });
    peer.write('a\nb\nc\n');
    await woken(ctx, has(source, 3));
    expect(source.latestOffset(null, 'one batch')).toBe(2);
    expect(source.latestOffset(2, 'one batch')).toBe(3);
  });

  it('gives no rows for a range that an earlier run received, and goes on behind it', async () => {
    const { source, peer, ctx } = await open({}, sourceContext({ resumeFrom: 5 }));
    expect(rowsOf(source, 2, 5)).toEqual([]);
    peer.write('new\n');
    await woken(ctx, () => source.latestOffset(5, 'one batch') === 6);
    expect(values(rowsOf(source, 5, 6))).toEqual(['new']);
  });

  it('reports a line that is too long as failed, each time it is read', async () => {
    const { source, peer, ctx } = await open({ maxLineBytes: 4 });
    peer.write('1234\n12345\nz\n');
    await woken(ctx, has(source, 3));
    for (let time = 0; time < 2; time++) {
      const report = new Reported();
      expect(values(rowsOf(source, null, 3, report))).toEqual(['1234', 'z']);
      expect(report.failures).toMatchObject([{ raw: '1234', error: { code: 'LINE_TOO_LONG' } }]);
    }
  });

  it('reads no further than its buffer until lines are committed, and loses none', async () => {
    const { source, peer, ctx } = await open({ bufferSize: 10 });
    const total = 200_000;
    for (let i = 0; i < total; i++) peer.write(`${i}\n`);
    let at: number | null = null;
    let sum = 0;
    let most = 0;
    while ((at ?? 0) < total) {
      const latest = (): number => (source.latestOffset(at, 'everything') as number | null) ?? 0;
      await woken(ctx, () => latest() > (at ?? 0));
      const end = latest();
      const rows = rowsOf(source, at, end);
      most = Math.max(most, rows.length);
      for (const row of rows) sum += Number(row.value);
      at = end;
      source.commit(end);
    }
    expect(sum).toBe((total * (total - 1)) / 2);
    expect(most).toBeLessThan(total / 2); // a chunk of 64 KiB may pass the limit, the flood may not
  });

  it('stays idle when the server closes in order, the last half line included', async () => {
    const { source, peer, ctx } = await open();
    peer.end('a\nlast');
    await woken(ctx, has(source, 2));
    expect(values(rowsOf(source, null, 2))).toEqual(['a', 'last']);
    expect(source.latestOffset(2, 'one batch')).toBe(2);
    expect(source.completed).toBeUndefined();
  });

  it('gives what came before the connection broke, then fails', async () => {
    const { source, peer, ctx } = await open();
    peer.write('a\nhalf');
    await woken(ctx, has(source, 1));
    peer.resetAndDestroy();
    const failing = () => {
      try {
        source.latestOffset(1, 'one batch');
        return false;
      } catch {
        return true;
      }
    };
    await woken(ctx, failing);
    expect(source.latestOffset(null, 'one batch')).toBe(1);
    expect(() => source.latestOffset(1, 'one batch')).toThrow(
      expect.objectContaining({ code: 'SOURCE_UNREACHABLE' }),
    );
  });

  it('connects again when told so, and drops the half line', async () => {
    const { source, peer, ctx } = await open({ reconnect: { delay: 1 } });
    peer.write('a\nhalf');
    await woken(ctx, has(source, 1));
    const again = once(server, 'connection') as Promise<[Socket]>;
    peer.resetAndDestroy();
    const [second] = await again;
    closing.push(() => second.destroy());
    second.write('b\n');
    await woken(ctx, has(source, 2));
    expect(values(rowsOf(source, null, 2))).toEqual(['a', 'b']);
  });

  it('fails after the last attempt to connect again', async () => {
    const { source, peer, ctx } = await open({ reconnect: { delay: 1, attempts: 2 } });
    server.close();
    peer.destroy();
    const failed = new Promise<void>((done) => {
      ctx.onWake = done;
    });
    await failed;
    expect(() => source.latestOffset(null, 'one batch')).toThrow(/ECONNREFUSED.* more attempts$/);
  });

  it('counts a silent connection as lost after idleTimeout', async () => {
    const { source, ctx } = await open({ idleTimeout: 5 });
    await new Promise<void>((done) => {
      ctx.onWake = done;
    });
    expect(() => source.latestOffset(null, 'one batch')).toThrow(
      /nothing came within 5 ms.* reconnect: /,
    );
  });

  it('fails to open where nobody listens', async () => {
    await new Promise((done) => server.close(done));
    const reconnect = { delay: 1, attempts: 3 }; // is for a connection that has been there
    const opening = socketLines({ host: '127.0.0.1', port, reconnect }).open(sourceContext());
    await expect(opening).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringMatching(/ECONNREFUSED.*start a server .* before the query$/),
    });
  });

  it('does not pass the end that was fixed', async () => {
    const { source, peer, ctx } = await open();
    peer.write('a\n');
    await woken(ctx, has(source, 1));
    source.fixEnd();
    const arrived = new Promise<void>((done) => {
      ctx.onWake = done;
    });
    peer.write('b\n');
    await arrived;
    expect(source.latestOffset(null, 'everything')).toBe(1);
  });

  it.each([
    [{ host: '' }, /host must be/],
    [{ port: 0 }, /port must be 1 to 65535/],
    [{ port: 65_536 }, /port must be/],
    [{ bufferSize: 0 }, /bufferSize/],
    [{ maxLineBytes: 1.5 }, /maxLineBytes/],
    [{ idleTimeout: 0 }, /idleTimeout/],
    [{ reconnect: { delay: '1 second', attempts: 0 } }, /reconnect.attempts/],
    [{ reconnect: { delay: '25 days' } }, /reconnect.delay may be 2147483647 ms .* got "25 days"/],
    [{ idleTimeout: '25 days' }, /idleTimeout may be/],
    [{ connectTimeout: 2 ** 31 }, /connectTimeout may be/],
  ])('refuses %p', (options, message) => {
    expect(() => socketLines({ host: 'localhost', port: 9999, ...options })).toThrow(message);
  });
});
