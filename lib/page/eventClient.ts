import type { ServerResponse } from 'node:http';
import type { Listener } from './pageHub.js';

/** A connection that has been silent for so long (ms) gets a sign of life. */
const heartbeatMs = 15_000;

/** What of a response an event stream needs. */
export type EventResponse = Pick<ServerResponse, 'write' | 'writeHead' | 'once' | 'setTimeout'>;

/**
 * One open page. A page that reads too slowly gets nothing while it is behind, and then everything
 * as it is: what waits for it never grows.
 */
export class EventClient implements Listener {
  /** What was written last is still on its way. */
  private isBehind = false;
  /** News came meanwhile, and was not written. */
  private hasMissed = false;

  constructor(
    private readonly response: EventResponse,
    private readonly snapshot: () => string,
  ) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    // The socket's own timer: it costs nothing and keeps no process alive. On the response, because
    // Node's server ends a connection whose time is up and whose response does not listen.
    response.setTimeout(heartbeatMs, () => {
      if (!this.isBehind) this.send(':\n\n');
    });
  }

  send(event: string): void {
    if (this.isBehind) {
      this.hasMissed = true;
      return;
    }
    if (this.response.write(event)) return;
    this.isBehind = true;
    this.response.once('drain', () => this.caughtUp());
  }

  private caughtUp(): void {
    this.isBehind = false;
    if (!this.hasMissed) return;
    this.hasMissed = false;
    this.send(this.snapshot());
  }
}
