import { asyncScheduler, Observable, type Subscriber, Subscription } from 'rxjs';
import { memoryBackend } from '../../state/memoryBackend.js';
import { outputModeOf } from '../plan/outputModeNode.js';
import { type PlanGraph, planGraph } from '../plan/planGraph.js';
import type { PlanNode, Stage } from '../plan/planNode.js';
import { checkShape } from '../plan/shapeRules.js';
import { timeReaderOf } from '../plan/timeReader.js';
import { WatermarkTracker } from '../plan/watermarkTracker.js';
import { IdleClock } from '../query/idleClock.js';
import { Pipeline } from '../query/pipeline.js';
import type { LateRow } from '../query/sideRows.js';
import { scheduleAfter } from '../triggers/scheduleAfter.js';
import { EventTimes } from './eventTimes.js';
import { lateTeller } from './lateSubjects.js';
import { LiveSegment, type LiveTurns, type RxOutput, type SegmentEnd } from './liveSegment.js';
import { refuseNestedStream } from './nestedStream.js';
import type { RxNode } from './rxNode.js';
import { TurnQueue } from './turnQueue.js';

/**
 * A plan subscribed to as an Observable: continuous, no checkpoint, state in memory. A row goes through
 * at once; then, if the watermark rose, what it closes comes out in the same tick.
 *
 * The plan is cut at its rx nodes: the part above one is a cold Observable of its own, built when the
 * operator subscribes to it, so that `retry`, `repeat` and `share` mean what they mean in RxJS.
 */
export function subscribeLive(plan: PlanNode, subscriber: Subscriber<unknown>): Subscription {
  refuseNestedStream();
  const graph = planGraph(plan);
  const mode = outputModeOf(graph) ?? 'append';
  checkShape(graph, mode);
  return new LiveRun(graph, mode, subscriber, lateTeller(graph)).start();
}

/**
 * One subscription: the turns of all its segments, and one watermark tracker for them.
 *
 * A row that an RxJS operator emits goes through the segment below it at once, inside the turn of the
 * segment above, as RxJS delivers it: whoever subscribes to an inner Observable, or ends the stream, is
 * in time. A segment is never in two turns; what comes for one that is in the middle of its turn waits
 * for its end. The watermark rises between the outermost turns, because what a segment evicts must
 * have reached the ones below before they evict.
 */
class LiveRun implements LiveTurns {
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
    private readonly graph: PlanGraph,
    private readonly mode: Pipeline['outputMode'],
    private readonly subscriber: Subscriber<unknown>,
    private readonly late: (row: LateRow) => void,
  ) {
    this.idle = new IdleClock(graph, () => asyncScheduler.now());
  }

  start(): Subscription {
    const all = new Subscription();
    // Linked before the first row: an endless synchronous source must see `take` end it.
    this.subscriber.add(all);
    const end: Stage = {
      next: (row) => this.subscriber.next(row),
      endBatch: () => undefined,
    };
    this.segment(this.graph, end, this.subscriber, all).start();
    this.lookLater();
    return all;
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

  /** One timer at a time: rows that come meanwhile only move what it is for. */
  private lookLater(): void {
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

  /** The stages from `graph`'s root up to its sources and rx nodes. */
  private segment(
    graph: PlanGraph,
    end: Stage,
    to: SegmentEnd,
    teardown: Subscription,
  ): LiveSegment {
    const backend = memoryBackend();
    const rxInputs: { node: RxNode; out: Stage }[] = [];
    const pipeline: Pipeline = new Pipeline({
      graph,
      outputMode: this.mode,
      tracker: this.tracker,
      stateOf: (id) => backend.operator(id),
      end,
      rxStage: (node, _ctx, out) => {
        rxInputs.push({ node, out });
        return undefined;
      },
      events: {
        late: (operator, row, eventTimeMs, watermarkMs, openWindows) =>
          this.late({ row, eventTimeMs, watermarkMs, openWindows, operator, batchId: 0 }),
        failed: (_operator, _row, _time, error) => {
          throw error;
        },
        pending: (_operator, done) => {
          done.then(undefined, (error: unknown) => to.error(error));
        },
        observe: () => undefined,
        wakeAt: (operator, at) => segment.wakeAt(operator, at),
      },
    });
    const segment: LiveSegment = new LiveSegment(pipeline, backend, this, to, {
      clock: asyncScheduler,
      teardown,
    });
    for (const { node, out } of rxInputs) segment.addRx(out, this.outputOf(node));
    this.segments.push(segment);
    teardown.add(() => {
      this.segments.splice(this.segments.indexOf(segment), 1);
      // `retry` and `repeat` subscribe anew: as after any subscription, no row is late from the start.
      const remembers = this.segments.some((other) => other.keepsState);
      if (this.tracker.isEmpty && !remembers) this.tracker.reset();
    });
    return segment;
  }

  /** What an rx node emits, with the event time of each row. */
  private outputOf(node: RxNode): RxOutput {
    const reader = timeReaderOf(this.graph, node);
    const times = new EventTimes(reader !== undefined, true);
    const above = planGraph(node.inputs[0] as PlanNode);
    const input = new Observable<unknown>((observer) => {
      const stage: Stage = {
        next: (row, time) => {
          times.enter(row, time);
          observer.next(row);
          times.leave();
        },
        endBatch: () => undefined,
      };
      const teardown = new Subscription();
      observer.add(teardown);
      this.segment({ ...above, idOf: this.graph.idOf }, stage, observer, teardown).start();
    });
    return {
      name: node.label ?? this.graph.idOf(node),
      reader: reader ? this.graph.idOf(reader) : '',
      rows$: Observable.prototype.lift.call(input, node.operator as never) as Observable<unknown>,
      timeOf: (row) => times.of(row),
    };
  }
}
