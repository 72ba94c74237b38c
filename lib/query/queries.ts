import { asyncScheduler } from 'rxjs';
import { StreamingError } from '../errors.js';
import { isPromise } from '../maybe.js';
import { type OptionNames, requireKnownMembers } from '../options/knownOptions.js';
import { type DurationInput, durationMs } from '../time/duration.js';
import type { StreamingQueryProgress } from './progress.js';
import { reportUnhandled } from './reportUnhandled.js';
import type { RestartEvent } from './restartPolicy.js';
import type { StreamingQuery } from './streamingQuery.js';
import { timestampText } from './timestampText.js';
import { Waiters } from './waiters.js';

/** What happens to queries, for monitoring. Every method is optional. */
export interface StreamingQueryListener {
  /** Queries that start from now on count the rows between their operators. */
  readonly countsRows?: boolean;
  /**
   * Once the id is known: before `writeStream` returns, or with a `checkpointLocation` when that has been
   * read. A query that fails before has the id of a new one.
   */
  onQueryStarted?(event: {
    readonly id: string;
    readonly runId: string;
    readonly name: string | null;
    /** ISO 8601. */
    readonly timestamp: string;
  }): void;
  onQueryProgress?(event: { readonly progress: StreamingQueryProgress }): void;
  /** A trigger has found nothing to do: once after the start, and once after each progress. */
  onQueryIdle?(event: {
    readonly id: string;
    readonly runId: string;
    /** ISO 8601. */
    readonly timestamp: string;
  }): void;
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

const listenerMethods = [
  'onQueryStarted',
  'onQueryProgress',
  'onQueryIdle',
  'onQueryRestarted',
  'onQueryTerminated',
] as const;
type ListenerMethod = (typeof listenerMethods)[number];
type EventOf<M extends ListenerMethod> = Parameters<Required<StreamingQueryListener>[M]>[0];

const listenerNames: OptionNames<StreamingQueryListener> = {
  countsRows: true,
  onQueryStarted: true,
  onQueryProgress: true,
  onQueryIdle: true,
  onQueryRestarted: true,
  onQueryTerminated: true,
};

function requireListener(listener: unknown): void {
  if (typeof listener !== 'object' || listener === null) {
    throw new TypeError(
      `addListener needs an object, got ${typeof listener === 'function' ? 'a function' : JSON.stringify(listener)}: queries.addListener({ onQueryProgress: ({ progress }) => … })`,
    );
  }
  requireKnownMembers<StreamingQueryListener>('addListener', listener, listenerNames);
  for (const method of listenerMethods) {
    const given: unknown = Reflect.get(listener, method);
    if (given === undefined || typeof given === 'function') continue;
    throw new TypeError(`addListener: ${method} must be a function, got ${typeof given}`);
  }
}

/**
 * All queries of this process, as {@link queries}. Source: semantics/spark.md 1.14.
 *
 * @since 0.1.0
 */
export class StreamingQueryManager {
  private readonly running = new Map<string, StreamingQuery>();
  /** When running queries were started (ms) of whose start nobody has been told, by run id. */
  private readonly untold = new Map<string, number>();
  private readonly listeners = new Set<StreamingQueryListener>();
  /** Methods of listeners that have failed before: what fails with every batch is said once. */
  private readonly reported = new WeakMap<StreamingQueryListener, Set<ListenerMethod>>();
  /** What ended queries came to since the last reset: not the queries, which hold their state. */
  private sinceReset: { failure: StreamingError | undefined } | undefined;
  private readonly waiters = new Waiters();
  /** Failures that `awaitAnyTermination` has told somebody. */
  private readonly thrown = new WeakSet<StreamingError>();

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
      if (!(await this.waiters.wait(asyncScheduler, ms))) return false;
    }
    const { failure } = this.sinceReset ?? {};
    if (failure === undefined) return true;
    this.thrown.add(failure);
    throw failure;
  }

  /** Forgets queries that have ended, so that `awaitAnyTermination` waits again. */
  resetTerminated(): void {
    this.sinceReset = undefined;
  }

  /**
   * What a listener throws, or what a promise of it rejects with, changes nothing for queries and other
   * listeners: RxJS's `config.onUnhandledError` is told, else `console.error`, once per listener and method.
   */
  addListener(listener: StreamingQueryListener): void {
    requireListener(listener);
    this.listeners.add(listener);
  }

  removeListener(listener: StreamingQueryListener): void {
    this.listeners.delete(listener);
    this.reported.delete(listener);
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
  starting(query: StreamingQuery, nowMs: number): void {
    this.running.set(query.runId, query);
    this.untold.set(query.runId, nowMs);
  }

  /** @internal */
  started(runId: string): void {
    const query = this.running.get(runId);
    const startedMs = this.untold.get(runId);
    if (!query || startedMs === undefined) return;
    this.untold.delete(runId);
    const { id, name } = query;
    this.tell('onQueryStarted', { id, runId, name, timestamp: timestampText(startedMs) });
  }

  /** @internal */
  progressed(progress: StreamingQueryProgress): void {
    this.tell('onQueryProgress', { progress });
  }

  /** @internal */
  idle(runId: string, nowMs: number): void {
    const query = this.running.get(runId);
    if (!query) return;
    this.tell('onQueryIdle', { id: query.id, runId, timestamp: timestampText(nowMs) });
  }

  /** @internal */
  restarted(runId: string, event: RestartEvent): void {
    const query = this.running.get(runId);
    if (!query) return;
    this.tell('onQueryRestarted', { id: query.id, runId, name: query.name, ...event });
  }

  /** @internal */
  ended(runId: string): void {
    const query = this.running.get(runId);
    if (!query) return;
    this.started(runId);
    this.running.delete(runId);
    const { execution } = query.internals;
    const { exception } = execution;
    this.sinceReset = { failure: this.sinceReset?.failure ?? exception };
    execution.isHeard ||= this.listListeners().some((each) => each.onQueryTerminated !== undefined);
    this.tell('onQueryTerminated', { id: query.id, runId, exception });
    this.waiters.release();
    if (exception && !execution.isHeard) this.reportUnheard(query, exception);
  }

  /** Whoever asks in the tick in which the query failed is in time, as with a rejected promise. */
  private reportUnheard(query: StreamingQuery, failure: StreamingError): void {
    const { execution } = query.internals;
    asyncScheduler.schedule(() => {
      if (execution.isHeard || this.thrown.has(failure)) return;
      reportUnhandled(
        `query ${query.name ?? query.id} has failed, and nobody waits for its end (awaitTermination), listens or subscribes to hear of it`,
        failure,
      );
    });
  }

  /** Thrown later, as RxJS does with errors of observers, the error of a listener would end the process. */
  private tell<M extends ListenerMethod>(method: M, event: EventOf<M>): void {
    for (const listener of [...this.listeners]) {
      const failed = (error: unknown) => this.report(listener, method, error);
      try {
        const answer: unknown = (
          listener[method] as ((event: EventOf<M>) => void) | undefined
        )?.call(listener, event);
        if (isPromise(answer)) answer.then(undefined, failed);
      } catch (error) {
        failed(error);
      }
    }
  }

  private report(listener: StreamingQueryListener, method: ListenerMethod, error: unknown): void {
    const methods = this.reported.get(listener) ?? new Set();
    if (methods.has(method)) return;
    this.reported.set(listener, methods.add(method));
    reportUnhandled(
      `${method} of a StreamingQueryListener failed; queries go on, and its next errors are not shown`,
      error,
    );
  }
}

/**
 * The queries of this process: `active`, `get`, `awaitAnyTermination`, `resetTerminated`, listeners.
 *
 * @example
 * for (const query of queries.active) console.log(query.name, query.status.message);
 * @since 0.1.0
 */
export const queries = new StreamingQueryManager();
