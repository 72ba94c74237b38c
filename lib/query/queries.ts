import { asyncScheduler } from 'rxjs';
import { StreamingError } from '../errors.js';
import { type DurationInput, durationMs } from '../time/duration.js';
import type { StreamingQueryProgress } from './progress.js';
import type { RestartEvent } from './restartPolicy.js';
import type { StreamingQuery } from './streamingQuery.js';

/** What happens to queries, for monitoring. Every method is optional. */
export interface StreamingQueryListener {
  /** Queries that start from now on count the rows between their operators. */
  readonly countsRows?: boolean;
  /** Before `writeStream` returns. */
  onQueryStarted?(event: {
    readonly id: string;
    readonly runId: string;
    readonly name: string | null;
  }): void;
  onQueryProgress?(event: { readonly progress: StreamingQueryProgress }): void;
  /** A batch has failed, and the restart policy makes it good. */
  onQueryRestarted?(
    event: {
      readonly id: string;
      readonly runId: string;
      readonly name: string | null;
    } & RestartEvent,
  ): void;
  onQueryTerminated?(event: {
    readonly id: string;
    readonly runId: string;
    readonly exception: StreamingError | undefined;
  }): void;
}

/** All queries of this process. Source: semantics/spark.md 1.14. */
class StreamingQueryManager {
  private readonly running = new Map<string, StreamingQuery>();
  private readonly listeners = new Set<StreamingQueryListener>();
  /** What ended queries came to since the last reset: not the queries, which hold their state. */
  private sinceReset: { failure: StreamingError | undefined } | undefined;
  private waiters: (() => void)[] = [];

  /** Queries that are running. */
  get active(): readonly StreamingQuery[] {
    return [...this.running.values()];
  }

  /** The active query with this id, run id or name; null if there is none. */
  get(id: string): StreamingQuery | null {
    for (const query of this.running.values()) {
      if (query.id === id || query.runId === id || query.name === id) return query;
    }
    return null;
  }

  /**
   * Waits until any query has ended since the start or the last `resetTerminated`: true; false if
   * `timeout` passes first. Rejects if one of them failed.
   */
  async awaitAnyTermination(timeout?: DurationInput): Promise<boolean> {
    if (this.sinceReset === undefined) {
      const ms =
        timeout === undefined ? undefined : durationMs(timeout, 'awaitAnyTermination(timeout)');
      if (!(await this.nextTermination(ms))) return false;
    }
    const { failure } = this.sinceReset ?? {};
    if (failure) throw failure;
    return true;
  }

  /** Forgets queries that have ended, so that `awaitAnyTermination` waits again. */
  resetTerminated(): void {
    this.sinceReset = undefined;
  }

  addListener(listener: StreamingQueryListener): void {
    this.listeners.add(listener);
  }

  removeListener(listener: StreamingQueryListener): void {
    this.listeners.delete(listener);
  }

  listListeners(): readonly StreamingQueryListener[] {
    return [...this.listeners];
  }

  /** @internal */
  get countsRows(): boolean {
    for (const listener of this.listeners) if (listener.countsRows) return true;
    return false;
  }

  /** @internal */
  requireFree(name: string | undefined): void {
    if (name === undefined) return;
    for (const query of this.running.values()) {
      if (query.name === name) throw new StreamingError('QUERY_NAME_TAKEN', { name });
    }
  }

  /** @internal */
  started(query: StreamingQuery): void {
    this.running.set(query.runId, query);
    this.tell((listener) =>
      listener.onQueryStarted?.({ id: query.id, runId: query.runId, name: query.name }),
    );
  }

  /** @internal */
  progressed(progress: StreamingQueryProgress): void {
    this.tell((listener) => listener.onQueryProgress?.({ progress }));
  }

  /** @internal */
  restarted(runId: string, event: RestartEvent): void {
    const query = this.running.get(runId);
    if (!query) return;
    this.tell((listener) =>
      listener.onQueryRestarted?.({ id: query.id, runId, name: query.name, ...event }),
    );
  }

  /** @internal */
  ended(runId: string): void {
    const query = this.running.get(runId);
    if (!query) return;
    this.running.delete(runId);
    this.sinceReset = { failure: this.sinceReset?.failure ?? query.exception };
    this.tell((listener) =>
      listener.onQueryTerminated?.({ id: query.id, runId, exception: query.exception }),
    );
    for (const resolve of this.waiters.splice(0)) resolve();
  }

  /** What a listener throws is its own affair, as with observers in RxJS: reported, not passed on. */
  private tell(event: (listener: StreamingQueryListener) => void): void {
    for (const listener of [...this.listeners]) {
      try {
        event(listener);
      } catch (error) {
        asyncScheduler.schedule(() => {
          throw error;
        });
      }
    }
  }

  private nextTermination(timeoutMs: number | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const timer =
        timeoutMs === undefined
          ? undefined
          : asyncScheduler.schedule(() => resolve(false), timeoutMs);
      this.waiters.push(() => {
        timer?.unsubscribe();
        resolve(true);
      });
    });
  }
}

export type { StreamingQueryManager };

/**
 * The queries of this process: `active`, `get`, `awaitAnyTermination`, `resetTerminated`, listeners.
 *
 * @example
 * for (const query of queries.active) console.log(query.name, query.status.message);
 * @since 0.1.0
 */
export const queries = new StreamingQueryManager();
