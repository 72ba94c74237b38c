import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { StreamingError } from '../../errors.js';

/** Where to connect, and what to do when the connection is lost. */
export interface ConnectionPolicy {
  readonly source: string;
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
  /** Without bytes for this long the connection counts as lost. 0: never. */
  readonly idleTimeoutMs: number;
  /** undefined: a lost connection fails the source, one closed by the other side leaves it idle. */
  readonly reconnect: { readonly delayMs: number; readonly attempts: number } | undefined;
}

/** What a {@link LineConnection} tells. */
export interface ConnectionListener {
  data(chunk: Buffer): void;
  /** Closed in order by the other side; half a line may be left. */
  ended(): void;
  /** Lost: what came of the current line is worthless. */
  lost(): void;
  /** Lost for good. */
  failed(error: StreamingError): void;
}

/** A TCP connection that is made again as its policy says. */
export class LineConnection {
  private socket: Socket | undefined;
  private paused = false;
  private wasConnected = false;
  private readonly closing = new AbortController();

  constructor(
    private readonly policy: ConnectionPolicy,
    private readonly listener: ConnectionListener,
  ) {}

  /** Resolves once connected; rejects with `SOURCE_UNREACHABLE`. */
  async open(): Promise<void> {
    await this.connectOnce();
  }

  pause(): void {
    this.paused = true;
    this.socket?.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.socket?.resume();
  }

  close(): void {
    this.closing.abort();
    this.socket?.destroy();
  }

  private connectOnce(): Promise<void> {
    const { host, port, connectTimeoutMs, idleTimeoutMs } = this.policy;
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, timeout: connectTimeoutMs });
      this.socket = socket;
      let failure: Error | undefined;
      let connected = false;
      let ended = false;
      socket.on('connect', () => {
        connected = true;
        this.wasConnected = true;
        socket.setTimeout(idleTimeoutMs);
        if (this.paused) socket.pause();
        resolve();
      });
      socket.on('timeout', () => {
        // A socket that we ourselves do not read is idle by our own wish.
        if (connected && this.paused) return;
        const waitedMs = connected ? idleTimeoutMs : connectTimeoutMs;
        socket.destroy(new Error(`nothing came within ${waitedMs} ms`));
      });
      socket.on('data', (chunk: Buffer) => this.listener.data(chunk));
      socket.on('end', () => {
        ended = true;
      });
      socket.on('error', (error) => {
        failure = error;
      });
      socket.on('close', () => {
        if (connected) this.over(ended && failure === undefined, failure);
        else reject(this.unreachable(failure));
      });
    });
  }

  private over(inOrder: boolean, failure: Error | undefined): void {
    if (this.closing.signal.aborted) return;
    if (inOrder) this.listener.ended();
    else this.listener.lost();
    if (this.policy.reconnect) void this.reconnect();
    else if (!inOrder) this.listener.failed(this.unreachable(failure));
  }

  private async reconnect(): Promise<void> {
    const { delayMs, attempts } = this.policy.reconnect ?? { delayMs: 0, attempts: 0 };
    let failure: unknown;
    for (let attempt = 0; attempt < attempts; attempt++) {
      try {
        await pause(delayMs, undefined, { signal: this.closing.signal });
        await this.connectOnce();
        return;
      } catch (error) {
        if (this.closing.signal.aborted) return;
        failure = error;
      }
    }
    if (failure instanceof StreamingError) this.listener.failed(failure);
  }

  private unreachable(cause: Error | undefined): StreamingError {
    const { source, host, port, reconnect } = this.policy;
    const lost =
      reconnect === undefined
        ? ", or let the source connect again by itself: reconnect: { delay: '1 second' }"
        : ', or give reconnect more attempts';
    return new StreamingError(
      'SOURCE_UNREACHABLE',
      {
        source,
        reason: cause?.message ?? 'the connection was closed',
        fix: `start a server on ${host}:${port} (nc -lk ${port})${this.wasConnected ? lost : ' before the query'}`,
      },
      cause === undefined ? undefined : { cause },
    );
  }
}
