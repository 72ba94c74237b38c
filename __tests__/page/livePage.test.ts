import { once } from 'node:events';
import { request } from 'node:http';
import { connect, Server, type Socket } from 'node:net';
import {
  display,
  type LivePage,
  livePage,
  memorySink,
  memoryStream,
  readStream,
  writeStream,
} from '../../index.js';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** One request; `until` ends an answer that would never end. */
function ask(
  port: number,
  path: string,
  options: {
    method?: string;
    headers?: Record<string, string>;
    body?: string;
    until?: string;
  } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body, until } = options;
    const req = request({ host: '127.0.0.1', port, path, method, headers }, (res) => {
      let text = '';
      const done = () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: text });
      res.setEncoding('utf8');
      res.on('data', (part: string) => {
        text += part;
        if (until !== undefined && text.includes(until)) {
          done();
          req.destroy();
        }
      });
      res.on('end', done);
      res.on('error', reject);
    });
    req.on('error', reject);
    req.end(body);
  });
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

let page: LivePage;

beforeEach(async () => {
  page = await livePage({ port: 0 });
});

afterEach(() => page.close());

function startQuery() {
  const source = memoryStream<{ n: number }>();
  const query = writeStream(readStream(source), { sink: memorySink<{ n: number }>() });
  return { source, query };
}

async function token(): Promise<string> {
  const { body } = await ask(page.port, '/');
  return /name="millrace-token" content="([^"]+)"/.exec(body)?.[1] ?? '';
}

async function headersOfPage(): Promise<Record<string, string>> {
  return { origin: `http://127.0.0.1:${page.port}`, 'x-millrace-token': await token() };
}

describe('the live page', () => {
  it('is a document with a strict policy, and every file that it names', async () => {
    const { status, headers, body } = await ask(page.port, '/');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(body).not.toMatch(/<script(?![^>]*src=)|\sstyle=|\son\w+=|https?:/);
    const seen = new Set<string>();
    const visit = async (path: string): Promise<void> => {
      if (seen.has(path)) return;
      seen.add(path);
      const file = await ask(page.port, path);
      expect([path, file.status]).toEqual([path, 200]);
      for (const [, name] of file.body.matchAll(/from '\.\/([^']+)'/g)) await visit(`/${name}`);
    };
    for (const [, path = ''] of body.matchAll(/(?:src|href)="(\/[^"]+)"/g)) await visit(path);
    expect([...seen]).toEqual(expect.arrayContaining(['/vendor/uPlot.mjs', '/timeView.mjs']));
  });

  it('streams events: a snapshot first', async () => {
    const { source, query } = startQuery();
    source.addData({ n: 1 });
    await query.processAllAvailable();
    const { status, headers, body } = await ask(page.port, '/events', { until: '\n\n' });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/event-stream; charset=utf-8');
    const [, data = ''] = /^event: snapshot\ndata: (\{.*\})\n\n$/.exec(body) ?? [];
    expect(JSON.parse(data)).toMatchObject({ queries: [{ runId: query.runId, state: 'running' }] });
    await query.stop();
  });

  it('pauses, resumes and stops', async () => {
    const { source, query } = startQuery();
    const headers = await headersOfPage();
    const act = (path: string) =>
      ask(page.port, path, { method: 'POST', headers, body: query.runId });
    expect((await act('/pause')).status).toBe(204);
    expect(query.isPaused).toBe(true);
    source.addData({ n: 1 });
    expect((await act('/resume')).status).toBe(204);
    await query.processAllAvailable();
    expect(query.lastProgress?.numInputRows).toBe(1);
    expect((await act('/stop')).status).toBe(204);
    expect(await query.awaitTermination()).toBe(true);
    expect((await act('/stop')).status).toBe(404);
  });

  it.each([
    ['no token', { 'x-millrace-token': '' }],
    ['a wrong token', { 'x-millrace-token': 'x'.repeat(32) }],
    ['another origin', { origin: 'http://example.com' }],
    ['another port as origin', { origin: 'http://127.0.0.1:1' }],
    ['https as origin', { origin: 'https://127.0.0.1:%PORT%' }],
    ['null as origin', { origin: 'null' }],
    ['another host', { host: 'example.com:%PORT%' }],
    ['a host without port', { host: '127.0.0.1' }],
    ['localhost as host of a page at 127.0.0.1', { host: 'localhost:%PORT%' }],
    ['a request from another site', { 'sec-fetch-site': 'cross-site' }],
  ])('refuses an action with %s', async (_name, wrong) => {
    const { query } = startQuery();
    const headers: Record<string, string> = await headersOfPage();
    for (const [name, value] of Object.entries(wrong)) {
      headers[name] = value.replace('%PORT%', String(page.port));
    }
    const answer = await ask(page.port, '/stop', { method: 'POST', headers, body: query.runId });
    expect(answer.status).toBe(403);
    expect(query.isActive).toBe(true);
    await query.stop();
  });

  it('refuses an action without an origin', async () => {
    const { query } = startQuery();
    const headers = { 'x-millrace-token': await token() };
    const answer = await ask(page.port, '/pause', { method: 'POST', headers, body: query.runId });
    expect([answer.status, query.isPaused]).toEqual([403, false]);
    await query.stop();
  });

  it('shows nothing to a name that was pointed here', async () => {
    for (const path of ['/', '/events', '/main.mjs']) {
      const answer = await ask(page.port, path, { headers: { host: `evil.test:${page.port}` } });
      expect([path, answer.status]).toEqual([path, 403]);
    }
  });

  it('has no other paths and no other methods', async () => {
    const headers = await headersOfPage();
    expect((await ask(page.port, '/../package.json')).status).toBe(404);
    expect((await ask(page.port, '/page.html')).status).toBe(404);
    expect((await ask(page.port, '/stop')).status).toBe(405);
    expect((await ask(page.port, '/', { method: 'POST', headers })).status).toBe(405);
    expect((await ask(page.port, '/pause', { method: 'DELETE', headers })).status).toBe(405);
  });

  it('tells by HEAD what GET would give, and opens no stream for it', async () => {
    for (const path of ['/', '/page.css']) {
      const [head, get] = [
        await ask(page.port, path, { method: 'HEAD' }),
        await ask(page.port, path),
      ];
      expect([head.status, head.body]).toEqual([200, '']);
      expect(head.headers['content-length']).toBe(get.headers['content-length']);
    }
    expect(await ask(page.port, '/events', { method: 'HEAD' })).toMatchObject({
      status: 200,
      body: '',
    });
    expect((await ask(page.port, '/stop', { method: 'HEAD' })).status).toBe(405);
  });

  it('turns away who comes when so many are connected that something must be wrong', async () => {
    const sockets = await Promise.all(Array.from({ length: 64 }, () => connected(page.port)));
    const [turnedAway] = await once((await connected(page.port)).resume(), 'close');
    expect(turnedAway).toBe(false);
    for (const socket of sockets) socket.destroy();
  });

  it('refuses a long body', async () => {
    const headers = await headersOfPage();
    const answer = await ask(page.port, '/stop', {
      method: 'POST',
      headers,
      body: 'x'.repeat(5000),
    });
    expect(answer.status).toBe(413);
  });

  it('says that a port is taken', async () => {
    await expect(livePage({ port: page.port })).rejects.toMatchObject({
      code: 'PAGE_PORT_IN_USE',
      params: { port: page.port },
    });
  });

  it('shares its port with no other worker of a cluster, whose queries it would show', async () => {
    const asked: unknown[] = [];
    const { listen } = Server.prototype;
    Server.prototype.listen = function (this: Server, ...given: unknown[]) {
      asked.push(given[0]);
      return Reflect.apply(listen, this, given) as Server;
    };
    const other = await livePage({ port: 0 }).finally(() => {
      Server.prototype.listen = listen;
    });
    expect(asked).toEqual([expect.objectContaining({ exclusive: true })]);
    await other.close();
  });

  it('takes another port where it may choose', async () => {
    const [a, b] = [await livePage(), await livePage()];
    expect(a.port).not.toBe(b.port);
    await Promise.all([a.close(), b.close()]);
  });

  it('refuses options that make no sense', () => {
    expect(() => livePage({ port: 70_000 })).toThrow(RangeError);
    expect(() => livePage({ port: 1.5 })).toThrow('whole number from 0 to 65535, not 1.5');
    expect(() => livePage({ rows: 0 })).toThrow('whole number from 1 to 10000, not 0');
  });

  it('ends open streams when it is closed, twice if need be; the query goes on', async () => {
    const { query } = startQuery();
    const stream = ask(page.port, '/events');
    await ask(page.port, '/events', { until: '\n\n' });
    await page.close();
    await page.close();
    await expect(stream).rejects.toThrow();
    await expect(ask(page.port, '/')).rejects.toThrow();
    expect(query.isActive).toBe(true);
    await query.stop();
  });

  it('shows the queries of display() and of writeStream with page: true, on the page that is open', async () => {
    const source = memoryStream<{ n: number }>();
    const query = display(readStream(source), { queryName: 'shown', numRows: 1 });
    const other = writeStream(readStream(source), {
      sink: memorySink(),
      page: true,
      queryName: 'too',
    });
    const { body } = await ask(page.port, '/events', { until: '\n\n' });
    expect(body).toContain('"name":"shown"');
    expect(body).toContain('"name":"too"');
    await query.stop();
    await other.stop();
  });
});
