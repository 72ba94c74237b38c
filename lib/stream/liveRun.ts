import { asyncScheduler, Observable, type Subscriber, Subscription } from 'rxjs';
import { memoryBackend } from '../../state/memoryBackend.js';
import { outputModeOf } from '../plan/outputModeNode.js';
import { type PlanGraph, planGraph } from '../plan/planGraph.js';
import type { PlanNode, Stage } from '../plan/planNode.js';
import { checkShape } from '../plan/shapeRules.js';
import { timeReaderOf } from '../plan/timeReader.js';
import { Pipeline } from '../query/pipeline.js';
import type { LateRow } from '../query/sideRows.js';
import { EventTimes } from './eventTimes.js';
import { lateTeller } from './lateSubjects.js';
import { LiveSegment, type RxOutput, type SegmentEnd } from './liveSegment.js';
import { refuseNestedStream } from './nestedStream.js';
import type { RxNode } from './rxNode.js';
import { TurnOrder } from './turnOrder.js';

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

/** One subscription: its plan, cut into segments, which share the order of their turns. */
class LiveRun {
  private readonly turns: TurnOrder;

  constructor(
    private readonly graph: PlanGraph,
    private readonly mode: Pipeline['outputMode'],
    private readonly subscriber: Subscriber<unknown>,
    private readonly late: (row: LateRow) => void,
  ) {
    this.turns = new TurnOrder(graph, subscriber);
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
    this.turns.lookLater();
    return all;
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
      tracker: this.turns.tracker,
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
    const segment: LiveSegment = new LiveSegment(pipeline, backend, this.turns, to, {
      clock: asyncScheduler,
      teardown,
    });
    for (const { node, out } of rxInputs) segment.addRx(out, this.outputOf(node));
    this.turns.add(segment);
    teardown.add(() => this.turns.remove(segment));
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
