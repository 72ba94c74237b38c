import { type Observable, type SchedulerLike, Subscriber, type Subscription } from 'rxjs';
import { StreamingError } from '../errors.js';
import { isPromise, type MaybePromise } from '../maybe.js';
import type { Stage } from '../plan/planNode.js';
import { isWatermarkNode } from '../plan/watermarkNode.js';
import type { WatermarkTracker } from '../plan/watermarkTracker.js';
import { OperatorError } from '../query/operatorError.js';
import { OperatorTimers } from '../query/operatorTimers.js';
import type { Pipeline } from '../query/pipeline.js';
import { reportUnhandled } from '../query/reportUnhandled.js';
import type { EpochRecord, StateBackend } from '../state/stateBackend.js';
import { scheduleAfter } from '../triggers/scheduleAfter.js';
import { LiveBatch } from './liveBatch.js';
import { openLive } from './openLive.js';
import type { SourceNode } from './sourceNode.js';
import { TurnQueue } from './turnQueue.js';

/** What the segments of one subscription share. */
export interface LiveTurns {
  readonly tracker: WatermarkTracker;
  /** A turn has gone through `pipeline`. */
  passed(pipeline: Pipeline): void;
  /** Runs a turn of `segment` now, also inside a turn of another; if it is in one, behind that. */
  enter(segment: LiveSegment, turn: () => void): void;
  /** The same for a row of a source. */
  enterRow(segment: LiveSegment, entry: Stage, row: unknown): void;
  /** The turn of `segment` goes on with `goOn` when `until` has settled; no other runs meanwhile. */
  hold(
    segment: LiveSegment,
    until: PromiseLike<void>,
    goOn: () => void,
    failed: (error: unknown) => void,
  ): void;
}

/** An rx node as the segment below it reads it. */
export interface RxOutput {
  readonly name: string;
  readonly reader: string;
  readonly rows$: Observable<unknown>;
  timeOf(row: unknown): number | undefined;
}

/** Who reads the segment: the subscriber, or the input of an rx node. */
export interface SegmentEnd {
  complete(): void;
  error(error: unknown): void;
}

const noEpoch: EpochRecord = {
  queryId: '',
  batchId: 0,
  watermarkMs: null,
  nextWatermarkMs: null,
  watermarkNodes: {},
  completed: false,
};

interface Feed {
  readonly node: SourceNode | undefined;
  done: boolean;
  start(): void;
}

/** A part of a live plan between rx nodes: its stages, and the Observables that feed them. */
export class LiveSegment {
  private readonly feeds: Feed[] = [];
  private readonly rxStages: Stage[] = [];
  private readonly timers = new OperatorTimers();
  private timer: { readonly at: number; readonly subscription: Subscription } | undefined;
  private readonly batch: LiveBatch;
  /** What has come for this segment in the middle of its own turn. */
  readonly waiting = new TurnQueue();
  /** In the middle of a turn that is inside another segment's. */
  isBusy = false;
  private ended = false;
  private completed = false;
  private readonly clock: SchedulerLike;
  private readonly teardown: Subscription;

  constructor(
    private readonly pipeline: Pipeline,
    private readonly backend: StateBackend,
    private readonly turns: LiveTurns,
    private readonly to: SegmentEnd,
    run: { readonly clock: SchedulerLike; readonly teardown: Subscription },
  ) {
    this.clock = run.clock;
    this.teardown = run.teardown;
    this.batch = new LiveBatch(turns.tracker.current, () => this.clock.now());
    for (const [node, entry] of pipeline.entries) this.addSource(node, entry);
    this.teardown.add(() => this.leave());
  }

  addRx(out: Stage, rx: RxOutput): void {
    this.rxStages.push(out);
    const feed: Feed = {
      node: undefined,
      done: false,
      start: () => this.subscribe(rx.rows$, feed, (row) => this.rxRow(out, row, rx)),
    };
    this.feeds.push(feed);
  }

  /** Whether an operator in it remembers what the watermark has decided. */
  get keepsState(): boolean {
    return this.pipeline.statefulDownstreamFirst.length > 0;
  }

  start(): void {
    for (const feed of this.feeds) {
      if (this.teardown.closed) return;
      feed.start();
    }
  }

  /** One operator's earliest timer in processing time (ms). */
  wakeAt(operator: string, at: number | undefined): void {
    this.timers.set(operator, at);
    const { first } = this.timers;
    if (this.timer?.at === first) return;
    this.timer?.subscription.unsubscribe();
    this.timer = undefined;
    if (first === undefined) return;
    const subscription = scheduleAfter(
      this.clock,
      () => {
        this.timer = undefined;
        this.enter(() => this.runTurn(this.turns.tracker.current));
      },
      Math.max(0, first - this.clock.now()),
    );
    this.timer = { at: first, subscription };
  }

  /** The global watermark has risen: a turn without rows, if an operator wants it. */
  watermarkRose(watermark: number): void {
    if (this.ended || this.teardown.closed) return;
    if (!this.pipeline.wantsBatch(this.batch.watermarkMs, watermark)) return;
    this.guard(() => this.runTurn(watermark));
  }

  private addSource(node: SourceNode, entry: Stage): void {
    const feed: Feed = {
      node,
      done: false,
      start: () => {
        const rows$ = node.observable ?? openLive(node.source, this.clock);
        this.subscribe(rows$, feed, (row) => this.turns.enterRow(this, entry, row));
      },
    };
    this.feeds.push(feed);
  }

  /** What `enter` does, without a function for each: every row passes here. */
  sourceRow(entry: Stage, row: unknown): void {
    if (this.teardown.closed || this.ended) return;
    try {
      this.runTurn(this.turns.tracker.current, entry, row);
    } catch (error) {
      this.fail(error instanceof OperatorError ? error.cause : error);
    }
  }

  private rxRow(out: Stage, row: unknown, rx: RxOutput): void {
    const time = rx.timeOf(row);
    this.enter(() => {
      if (time === undefined) {
        const { name, reader } = rx;
        throw new StreamingError('RX_ROW_WITHOUT_EVENT_TIME', { operator: name, reader });
      }
      this.runTurn(this.turns.tracker.current, out, row, time);
    });
  }

  private subscribe(rows$: Observable<unknown>, feed: Feed, next: (row: unknown) => void): void {
    const subscriber = new Subscriber<unknown>({
      next,
      error: (error: unknown) => this.enter(() => this.fail(error)),
      complete: () => {
        feed.done = true;
        this.enter(() => this.feedEnded());
      },
    });
    // Linked before the first row, as the source may be synchronous and endless.
    this.teardown.add(subscriber);
    rows$.subscribe(subscriber);
  }

  private enter(turn: () => void): void {
    this.turns.enter(this, () => this.goOn(turn));
  }

  private goOn(turn: () => void): void {
    if (!this.teardown.closed && !this.ended) this.guard(turn);
  }

  /** What a user's function throws goes to the reader of this segment, untouched. */
  private guard(turn: () => void): void {
    try {
      turn();
    } catch (error) {
      this.fail(error instanceof OperatorError ? error.cause : error);
    }
  }

  private fail(error: unknown): void {
    // Its reader has heard `complete`, and hears nothing more: this is of what lets go afterwards.
    if (this.completed) return reportUnhandled('a live subscription could not be closed', error);
    this.ended = true;
    this.to.error(error);
    this.teardown.unsubscribe();
  }

  private runTurn(watermarkMs: number, entry?: Stage, row?: unknown, time = Number.NaN): void {
    const ready = this.begin(watermarkMs, false);
    if (isPromise(ready)) {
      this.hold(ready, () => {
        if (entry) entry.next(row, time);
        this.endTurn();
      });
    } else {
      if (entry) entry.next(row, time);
      this.endTurn();
    }
  }

  /** Only a table that is loaded per batch takes its time; state is in memory and answers at once. */
  private hold(ready: PromiseLike<void>, turn: () => void): void {
    this.turns.hold(
      this,
      ready,
      () => this.goOn(turn),
      (error) =>
        this.goOn(() => {
          throw error;
        }),
    );
  }

  private begin(watermarkMs: number, closing: boolean): MaybePromise<void> {
    this.batch.next(watermarkMs, closing);
    this.backend.begin(); // a turn is a batch
    this.pipeline.begin(this.batch);
    return this.pipeline.prepare();
  }

  private endTurn(): void {
    this.pipeline.end();
    for (let i = 0; i < this.rxStages.length; i++) this.rxStages[i]?.endBatch();
    this.pipeline.trackWatermarks();
    this.turns.passed(this.pipeline);
    void this.backend.commit(noEpoch); // in memory: forgets what the turn has changed
  }

  private feedEnded(): void {
    if (this.feeds.every((feed) => feed.done)) return this.complete();
    const ended = new Set(
      this.feeds.flatMap((feed) => (feed.done && feed.node ? [feed.node] : [])),
    );
    for (const id of this.pipeline.watermarksOver(ended)) this.turns.tracker.ended(id, true);
  }

  /** No row will ever come again: everything that is open comes out. */
  private complete(): void {
    const ready = this.begin(this.turns.tracker.current, true);
    if (isPromise(ready)) this.hold(ready, () => this.close());
    else this.close();
  }

  private close(): void {
    this.endTurn();
    this.ended = true;
    this.completed = true;
    this.to.complete();
    this.teardown.unsubscribe();
  }

  private leave(): void {
    this.ended = true;
    this.timer?.subscription.unsubscribe();
    this.pipeline.cancel();
    for (const [node, ctx] of this.pipeline.contexts) {
      if (isWatermarkNode(node)) this.turns.tracker.delete(ctx.operatorId);
    }
  }
}
