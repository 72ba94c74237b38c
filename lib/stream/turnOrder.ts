import { asyncScheduler, type Subscriber, type Subscription } from 'rxjs';
import type { PlanGraph } from '../plan/planGraph.js';
import type { Stage } from '../plan/planNode.js';
import { WatermarkTracker } from '../plan/watermarkTracker.js';
import { IdleClock } from '../query/idleClock.js';
import type { Pipeline } from '../query/pipeline.js';
import { scheduleAfter } from '../triggers/scheduleAfter.js';
import type { LiveSegment, LiveTurns } from './liveSegment.js';
import { TurnQueue } from './turnQueue.js';

/**
 * Which turn runs when: those of all segments of one subscription, and one watermark tracker for them.
 *
 * A row that an RxJS operator emits goes through the segment below it at once, inside the turn of the
 * segment above, as RxJS delivers it: whoever subscribes to an inner Observable, or ends the stream, is
 * in time. A segment is never in two turns; what comes for one that is in the middle of its turn waits
 * for its end. The watermark rises between the outermost turns, because what a segment evicts must
 * have reached the ones below before they evict.
 */
export class TurnOrder implements LiveTurns {
  readonly tracker = new WatermarkTracker('min');
  /** Segments further up stand later. */
  private readonly segments: LiveSegment[] = [];
  private readonly queue = new TurnQueue();
  /** What the watermark makes due, ahead of the queue. */
  private readonly due: (() => void)[] = [];
  /** The segment whose turn is inside no other. */
  private outermost: LiveSegment | undefined;
  /** A turn waits for a promise: the others wait for it. */
  private held = false;
  private readonly idle: IdleClock;
  /** Looks again whether a watermark node is idle. */
  private look: Subscription | undefined;

  constructor(
    graph: PlanGraph,
    private readonly subscriber: Subscriber<unknown>,
  ) {
    this.idle = new IdleClock(graph, () => asyncScheduler.now());
  }

  add(segment: LiveSegment): void {
    this.segments.push(segment);
  }

  remove(segment: LiveSegment): void {
    this.segments.splice(this.segments.indexOf(segment), 1);
    // `retry` and `repeat` subscribe anew: as after any subscription, no row is late from the start.
    const remembers = this.segments.some((other) => other.keepsState);
    if (this.tracker.isEmpty && !remembers) this.tracker.reset();
  }

  passed(pipeline: Pipeline): void {
    if (!this.idle.isWatching) return;
    this.idle.seen(pipeline);
    pipeline.clear();
  }

  enter(segment: LiveSegment, turn: () => void): void {
    if (this.held || segment === this.outermost) this.queue.push(() => this.begin(segment, turn));
    else if (segment.isBusy) segment.waiting.push(turn);
    else if (this.outermost) this.nested(segment, turn);
    else this.drain(() => this.begin(segment, turn));
  }

  enterRow(segment: LiveSegment, entry: Stage, row: unknown): void {
    if (this.outermost || this.held) {
      this.enter(segment, () => segment.sourceRow(entry, row));
      return;
    }
    this.outermost = segment;
    try {
      segment.sourceRow(entry, row);
      this.afterTurn();
      if (!this.isIdle) this.goOn();
    } finally {
      this.rest();
    }
  }

  hold(
    segment: LiveSegment,
    until: PromiseLike<void>,
    goOn: () => void,
    failed: (error: unknown) => void,
  ): void {
    this.held = true;
    const resume = (turn: () => void): void => {
      this.held = false;
      this.drain(() => {
        this.begin(segment, turn);
        this.finish(segment);
      });
    };
    until.then(
      () => resume(goOn),
      (error: unknown) => resume(() => failed(error)),
    );
  }

  /** A turn that is inside no other. */
  private begin(segment: LiveSegment, turn: () => void): void {
    this.outermost = segment;
    turn();
  }

  /** A turn inside that of another segment. */
  private nested(segment: LiveSegment, turn: () => void): void {
    segment.isBusy = true;
    try {
      turn();
    } finally {
      segment.isBusy = false;
    }
    this.finish(segment);
  }

  /** What has come for the segment in the middle of its turn. */
  private finish(segment: LiveSegment): void {
    while (!this.held) {
      const next = segment.waiting.take();
      if (next === undefined) return;
      this.nested(segment, next);
    }
  }

  private drain(first: () => void): void {
    try {
      first();
      this.afterTurn();
      this.goOn();
    } finally {
      this.rest();
    }
  }

  /** The turns that wait, until one is held. */
  private goOn(): void {
    while (!this.held && !this.subscriber.closed) {
      const next = this.due.shift() ?? this.queue.take();
      if (!next) break;
      next();
      this.afterTurn();
    }
  }

  private rest(): void {
    if (!this.held && !this.isIdle) {
      this.due.length = 0;
      this.queue.clear();
    }
    this.outermost = undefined;
  }

  /** No turn waits; asked for each row. */
  private get isIdle(): boolean {
    return this.queue.isEmpty && this.due.length === 0;
  }

  /** If the watermark rose, what it makes due comes out next, the parts further up first. */
  private afterTurn(): void {
    if (this.held || this.tracker.isEmpty) return;
    const before = this.tracker.current;
    const watermark = this.tracker.advance(
      this.idle.isWatching ? this.idle.judge(this.tracker) : 0,
    );
    if (watermark === before) return;
    for (const segment of this.segments) {
      this.due.unshift(() => this.begin(segment, () => segment.watermarkRose(watermark)));
    }
  }

  /**
   * Looks at nodes that may be idle when they are, from now on. One timer at a time: rows that come meanwhile
   * only move what it is for.
   */
  lookLater(): void {
    const due = this.idle.nextDue();
    if (due === undefined || this.subscriber.closed) return;
    if (this.look) this.subscriber.remove(this.look);
    this.look = scheduleAfter(
      asyncScheduler,
      () => {
        if (!this.held) this.drain(() => undefined);
        this.lookLater();
      },
      Math.max(0, due - asyncScheduler.now()),
    );
    this.subscriber.add(this.look);
  }
}
