import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { queries, type StreamingQueryListener } from '../query/queries.js';
import type { RestartEvent } from '../query/restartPolicy.js';
import type { StreamingQuery } from '../query/streamingQuery.js';
import { QueryFeed } from './queryFeed.js';
import type { PageMessage } from './wire.js';

/** The page is told at most so often (ms), and spends about 1 % of the time on it at most. */
const shortestPauseMs = 250;
const restPerWork = 99;
/** But so often however busy the process is. */
const longestPauseMs = 1500;
/** Runs that have ended and are still shown. */
const keptEnded = 10;

/** Whoever listens: one open page. */
export interface Listener {
  /** One event, ready to be written. */
  send(event: string): void;
}

/**
 * Follows every query of the process and tells the open pages what has changed, together and seldom:
 * batches only mark a query as changed. With no page open, and with no batch, nothing runs.
 */
export class PageHub implements StreamingQueryListener {
  readonly countsRows = true;
  private readonly feeds = new Map<string, QueryFeed>();
  private readonly changed = new Set<QueryFeed>();
  private readonly listeners = new Set<Listener>();
  private gone: string[] = [];
  private waiting = false;
  private nextAt = 0;
  private isClosed = false;

  constructor(
    private readonly rows: number,
    private readonly scheduler: SchedulerLike = asyncScheduler,
    private readonly clock: () => number = cpuMs,
  ) {
    for (const query of queries.active) this.follow(query);
    queries.addListener(this);
  }

  onQueryStarted({ runId }: { readonly runId: string }): void {
    const query = queries.get(runId);
    // Who was there when this hub was made is followed already.
    if (query && !this.feeds.has(runId)) this.follow(query);
  }

  onQueryRestarted(event: { readonly runId: string } & RestartEvent): void {
    const feed = this.feeds.get(event.runId);
    if (!feed) return;
    feed.restarting(event);
    this.touch(feed);
  }

  /** Something about this run has changed that no batch tells: paused, resumed. */
  touched(runId: string): void {
    const feed = this.feeds.get(runId);
    if (feed) this.touch(feed);
  }

  add(listener: Listener): void {
    this.listeners.add(listener);
    listener.send(this.snapshot());
  }

  remove(listener: Listener): void {
    this.listeners.delete(listener);
  }

  /** All there is, as one event. */
  snapshot(): string {
    const now = this.scheduler.now();
    const all = [...this.feeds.values()].map((feed) => feed.snapshot(now));
    return eventText('snapshot', { now, queries: all, gone: [] });
  }

  close(): void {
    this.isClosed = true;
    queries.removeListener(this);
    for (const feed of this.feeds.values()) feed.close();
    this.listeners.clear();
  }

  private follow(query: StreamingQuery): void {
    const feed: QueryFeed = new QueryFeed(query, {
      rows: this.rows,
      now: () => this.scheduler.now(),
      changed: () => this.touch(feed),
    });
    this.feeds.set(feed.runId, feed);
    this.forgetEnded();
    this.touch(feed);
  }

  private forgetEnded(): void {
    const ended = [...this.feeds.values()].filter((feed) => feed.hasEnded);
    for (const feed of ended.slice(0, Math.max(0, ended.length - keptEnded))) {
      this.feeds.delete(feed.runId);
      this.changed.delete(feed);
      if (this.listeners.size > 0) this.gone.push(feed.runId);
    }
  }

  private touch(feed: QueryFeed): void {
    if (this.isClosed) return;
    this.changed.add(feed);
    if (this.waiting || this.listeners.size === 0) return;
    this.waiting = true;
    const pause = Math.max(0, this.nextAt - this.scheduler.now());
    this.scheduler.schedule(() => this.tell(), pause);
  }

  private tell(): void {
    this.waiting = false;
    if (this.isClosed || this.listeners.size === 0) return;
    const started = this.clock();
    const now = this.scheduler.now();
    const unfinished: QueryFeed[] = [];
    const news = [...this.changed].map((feed) => {
      const told = feed.news(now);
      if (told.more) unfinished.push(feed);
      return told.news;
    });
    this.changed.clear();
    const text = eventText('news', { now, queries: news, gone: this.gone.splice(0) });
    for (const listener of this.listeners) listener.send(text);
    const workMs = this.clock() - started;
    const rest = Math.min(longestPauseMs, workMs * restPerWork);
    this.nextAt = now + Math.max(shortestPauseMs, rest);
    for (const feed of unfinished) this.touch(feed);
  }
}

/** Work of this process, ms: waiting for a core, which others may have, does not count. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** One server-sent event; JSON has no line breaks of its own. */
function eventText(event: 'snapshot' | 'news', message: PageMessage): string {
  return `event: ${event}\ndata: ${JSON.stringify(message)}\n\n`;
}
