import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { StreamingError } from '../errors.js';
import { queries } from '../query/queries.js';
import { EventClient } from './eventClient.js';
import { type PageFile, readPageFiles } from './pageFiles.js';
import type { PageHub } from './pageHub.js';
import { hasToken, isOwnHost, isOwnOrigin, isSameSite } from './requestRules.js';

const defaultPort = 4040;
/** Ports tried after the default one, before any free one is taken. */
const triedPorts = 16;
const mostPages = 32;
/** As many requests beside the streams of all pages; who comes then is turned away unread. */
const mostConnections = 2 * mostPages;
const longestBody = 1024;
/** For whoever sends a request in drops: Node's defaults are 60 and 300 seconds. */
const patience = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
} as const;

const headers = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const;

/** The only requests that change anything. */
const actions: ReadonlyMap<string, 'pause' | 'resume' | 'stop'> = new Map([
  ['/pause', 'pause'],
  ['/resume', 'resume'],
  ['/stop', 'stop'],
]);

/** The server behind a live page: its files, one stream of events, three actions. Loopback only. */
export class PageServer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly token = randomBytes(24).toString('base64url');
  private files: ReadonlyMap<string, PageFile> = new Map();
  private pages = 0;

  constructor(
    private readonly hub: PageHub,
    /** Whether the page alone keeps the process alive. */
    private readonly keepsAlive: boolean,
  ) {
    this.server = createServer(patience, (request, response) => this.answer(request, response));
    this.server.maxConnections = mostConnections;
    this.server.on('connection', (socket: Socket) => {
      if (!keepsAlive) socket.unref();
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo | null)?.port ?? 0;
  }

  async open(port: number | undefined): Promise<void> {
    this.files = await readPageFiles(this.token);
    if (port !== undefined) {
      if (!(await this.listen(port))) throw new StreamingError('PAGE_PORT_IN_USE', { port });
    } else await this.listenAnywhere();
    if (!this.keepsAlive) this.server.unref();
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      for (const socket of this.sockets) socket.destroy();
    });
  }

  private async listenAnywhere(): Promise<void> {
    for (let i = 0; i < triedPorts; i++) if (await this.listen(defaultPort + i)) return;
    await this.listen(0);
  }

  /** false: the port is taken, or may not be used. */
  private listen(port: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const failed = (error: NodeJS.ErrnoException): void => {
        if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
        else reject(error);
      };
      this.server.once('error', failed);
      // Workers of a cluster would share the port, and each request come to another one's queries.
      this.server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
        this.server.off('error', failed);
        resolve(true);
      });
    });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const path = request.url ?? '/';
    if (!isOwnHost(request.headers, this.port) || !isSameSite(request.headers)) {
      return end(response, 403, 'open this page at its own address');
    }
    const action = actions.get(path);
    if (request.method === 'POST' && action) return this.act(action, request, response);
    if (action) return end(response, 405, 'POST only', { Allow: 'POST' });
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return end(response, 405, 'GET and HEAD only', { Allow: 'GET, HEAD' });
    }
    if (path === '/events') return this.stream(request, response);
    const file = this.files.get(path);
    if (!file) return end(response, 404, 'no such page');
    response.writeHead(200, { 'Content-Type': file.type, 'Content-Length': file.body.length });
    response.end(file.body);
  }

  private stream(request: IncomingMessage, response: ServerResponse): void {
    if (request.method === 'HEAD') return end(response, 200);
    if (this.pages >= mostPages) return end(response, 503, `${mostPages} pages are open already`);
    this.pages += 1;
    const client = new EventClient(response, () => this.hub.snapshot());
    response.once('close', () => {
      this.pages -= 1;
      this.hub.remove(client);
    });
    this.hub.add(client);
  }

  private act(
    action: 'pause' | 'resume' | 'stop',
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    if (!isOwnOrigin(request.headers, this.port) || !hasToken(request.headers, this.token)) {
      request.resume();
      return end(response, 403, 'this may only be asked by the page itself');
    }
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => {
      if (body.length <= longestBody) body += text;
    });
    request.on('end', () => {
      if (body.length > longestBody) return end(response, 413, 'too long');
      const query = queries.active.find(({ runId }) => runId === body);
      if (!query) return end(response, 404, 'this query does not run any more');
      // Its end shows in the query's own state; a sink that hangs shows as a query that goes on.
      if (action === 'stop') query.stop().catch(() => undefined);
      else query[action]();
      this.hub.touched(query.runId);
      end(response, 204);
    });
  }
}

function end(
  response: ServerResponse,
  status: number,
  text = '',
  more: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...more });
  response.end(text === '' ? undefined : `${text}\n`);
}
