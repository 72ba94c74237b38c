import { closeAll, drive, each, type MaybePromise } from '../maybe.js';
import type { EventTimeStats } from '../plan/eventTimeStats.js';
import { nodesWhoseOrderMatters } from '../plan/orderReaders.js';
import type { OutputMode } from '../plan/outputMode.js';
import { nodesAbove, type PlanGraph } from '../plan/planGraph.js';
import type { PlanNode, Stage } from '../plan/planNode.js';
import { inputWatermarks } from '../plan/watermarkFlow.js';
import { isWatermarkNode } from '../plan/watermarkNode.js';
import type { WatermarkTracker } from '../plan/watermarkTracker.js';
import type { StateStore } from '../state/stateStore.js';
import type { RxNode } from '../stream/rxNode.js';
import type { SourceNode } from '../stream/sourceNode.js';
import type { Batch } from './batch.js';
import { type Compiled, compile } from './compile.js';
import { type CurrentBatch, OperatorContext, type OperatorEvents } from './operatorContext.js';
import { namedStep } from './operatorError.js';
import { isCounted, RowCount } from './rowCount.js';

export interface PipelineParts {
  readonly graph: PlanGraph;
  readonly outputMode: OutputMode;
  readonly tracker: WatermarkTracker;
  readonly events: OperatorEvents;
  readonly stateOf: (operatorId: string) => StateStore;
  readonly rxStage: (node: RxNode, ctx: OperatorContext, out: Stage) => Stage | undefined;
  /** Receives the rows that leave the plan. */
  readonly end: Stage;
  /** Count what leaves each operator, for drawings. */
  readonly countRows?: boolean;
}

/** The compiled plan of one run and what is fixed per batch: watermarks per operator, timestamp. */
export class Pipeline {
  readonly contexts = new Map<PlanNode, OperatorContext>();
  /** Rows that left an operator in this run, where nothing else says it. */
  readonly rowCounts = new Map<PlanNode, Pick<Stage, 'rowsOut'>>();
  private readonly compiled: Compiled;
  private readonly graph: PlanGraph;
  private readonly outputMode: OutputMode;
  private readonly tracker: WatermarkTracker;
  private readonly preparing: readonly (() => MaybePromise<void>)[];
  private readonly watermarks: readonly OperatorContext[];
  /** `contexts` once more, to be walked for every batch, which in a live subscription is a row. */
  private readonly operators: readonly (readonly [PlanNode, OperatorContext])[];
  private readonly inputs: readonly Stage[];
  private readonly current: CurrentBatch = { batch: noBatch };
  /** Watermarks that the operators have been given: they seldom change from row to row. */
  private givenLate = Number.NaN;
  private givenEvict = Number.NaN;
  /** Input watermarks by origin, for the two or three origins in use. */
  private readonly simulated = new Map<number, ReadonlyMap<PlanNode, number | undefined>>();

  constructor(parts: PipelineParts) {
    this.graph = parts.graph;
    this.outputMode = parts.outputMode;
    this.tracker = parts.tracker;
    const contextOf = this.contextsOf(parts);
    const { rxStage } = parts;
    const ids = new Map<Stage, string>();
    const made = (node: PlanNode, stages: readonly Stage[]): void => {
      const [stage] = stages;
      if (stage && node.traits?.countsRows) this.rowCounts.set(node, stage);
      // A node without a body of its own gives the stage behind it.
      for (const of of stages) if (!ids.has(of)) ids.set(of, contextOf(node).operatorId);
    };
    const counted = this.counterOf(parts);
    this.compiled = compile(parts.graph, parts.end, { contextOf, rxStage, counted, made });
    this.preparing = this.compiled.stages
      .filter((stage) => stage.prepare !== undefined)
      .map((stage) => namedStep(ids.get(stage) ?? '', () => stage.prepare?.()));
    this.operators = [...this.contexts];
    this.inputs = [...this.compiled.entries.values()];
    this.watermarks = this.graph.nodes.filter(isWatermarkNode).map(contextOf);
    for (const [node, ctx] of this.contexts) {
      if (isWatermarkNode(node)) this.tracker.add(ctx.operatorId, node.delayMs);
    }
  }

  /** Gives each node its context, made when the node is first asked for. */
  private contextsOf({ graph, outputMode, stateOf, events }: PipelineParts) {
    const carries = inputWatermarks(graph, 1);
    const ordered = nodesWhoseOrderMatters(graph);
    return (node: PlanNode): OperatorContext => {
      const known = this.contexts.get(node);
      if (known !== undefined) return known;
      const operatorId = graph.idOf(node);
      const facts = {
        operatorId,
        outputMode,
        hasWatermark: carries.get(node) !== undefined,
        orderMatters: ordered.has(node),
        store: node.traits?.stateful ? stateOf(operatorId) : undefined,
      };
      const ctx = new OperatorContext(facts, events, this.current);
      this.contexts.set(node, ctx);
      return ctx;
    };
  }

  /** Puts a counter behind each node that does not count its rows itself, where somebody wants to know. */
  private counterOf({ graph, countRows }: PipelineParts) {
    return (node: PlanNode, out: Stage): Stage => {
      if (!countRows || !isCounted(graph, node) || node.traits?.countsRows) return out;
      const count = new RowCount(out);
      this.rowCounts.set(node, count);
      return count;
    };
  }

  /** What the watermark nodes have seen, left before right. */
  get watermarkTimes(): readonly EventTimeStats[] {
    return this.watermarks.map((ctx) => ctx.eventTime);
  }

  /** Stateful operators as progress lists them: from the sink to the sources, left before right. */
  get statefulDownstreamFirst(): readonly (readonly [PlanNode, OperatorContext])[] {
    const list: [PlanNode, OperatorContext][] = [];
    const seen = new Set<PlanNode>();
    const visit = (node: PlanNode): void => {
      if (seen.has(node)) return; // it has several readers
      seen.add(node);
      const ctx = this.contexts.get(node);
      if (ctx && node.traits?.stateful) list.push([node, ctx]);
      node.inputs.forEach(visit);
    };
    visit(this.graph.root);
    return list;
  }

  get entries(): ReadonlyMap<SourceNode, Stage> {
    return this.compiled.entries;
  }

  /** Gives the operators their watermarks and the batch's facts. Before `prepare`. */
  begin(batch: Batch): void {
    this.current.batch = batch;
    this.giveWatermarks(batch);
  }

  private giveWatermarks({ previousWatermarkMs, watermarkMs, bounded, closing }: Batch): void {
    const isSpecial = bounded || closing;
    if (!isSpecial && previousWatermarkMs === this.givenLate && watermarkMs === this.givenEvict) {
      return;
    }
    this.givenLate = isSpecial ? Number.NaN : previousWatermarkMs;
    this.givenEvict = isSpecial ? Number.NaN : watermarkMs;
    const late = this.simulate(previousWatermarkMs);
    const evict = this.simulate(watermarkMs);
    for (const [node, ctx] of this.operators) {
      ctx.lateWatermark = bounded
        ? Number.NEGATIVE_INFINITY
        : (late.get(node) ?? Number.NEGATIVE_INFINITY);
      ctx.evictionWatermark = closing
        ? Number.POSITIVE_INFINITY
        : (evict.get(node) ?? Number.NEGATIVE_INFINITY);
    }
  }

  /** Starts figures per batch anew (a batch of continuous mode has several `begin`s). */
  clear(): void {
    for (let i = 0; i < this.operators.length; i++) this.operators[i]?.[1].clear();
  }

  /** Tells every stage that its state can be read, before the first batch of this run. */
  open(): MaybePromise<void> {
    return each(this.compiled.stages, (stage) => stage.opened?.());
  }

  /** Lets every stage load what it will need. Answers at once over memory. */
  prepare(): MaybePromise<void> {
    return each(this.preparing, call);
  }

  /** All rows of the batch have entered. */
  end(): void {
    for (let i = 0; i < this.inputs.length; i++) this.inputs[i]?.endBatch();
  }

  /** Tells the tracker what the watermark nodes have seen since the last call. */
  trackWatermarks(): void {
    for (let i = 0; i < this.watermarks.length; i++) {
      const { operatorId, eventTime } = this.watermarks[i] as OperatorContext;
      this.tracker.seen(operatorId, eventTime.max);
    }
  }

  /** Whether an operator wants a batch without rows when the watermark goes from `used` to `next`. */
  wantsBatch(used: number, next: number): boolean {
    if (next <= used) return false;
    const before = this.simulate(used);
    const after = this.simulate(next);
    for (const node of this.graph.nodes) {
      if (!node.runsWithoutData?.(this.outputMode)) continue;
      const was = before.get(node);
      const will = after.get(node);
      if (will !== undefined && was !== undefined && will > was) return true;
    }
    return false;
  }

  /** Ids of the watermark nodes that only rows of `sources` could reach. */
  watermarksOver(sources: ReadonlySet<PlanNode>): string[] {
    const ids: string[] = [];
    for (const [node, ctx] of this.contexts) {
      if (!isWatermarkNode(node)) continue;
      const above = nodesAbove(node).filter((other) => other.kind === 'source');
      if (above.length > 0 && above.every((other) => sources.has(other))) ids.push(ctx.operatorId);
    }
    return ids;
  }

  /** Lets every stage let go of what it holds, at once. */
  cancel(): void {
    drive(closeAll(this.compiled.stages.map((stage) => () => stage.cancel?.())));
  }

  private simulate(origin: number): ReadonlyMap<PlanNode, number | undefined> {
    let known = this.simulated.get(origin);
    if (!known) {
      known = inputWatermarks(this.graph, origin);
      if (this.simulated.size > 3) this.simulated.clear();
      this.simulated.set(origin, known);
    }
    return known;
  }
}

const call = <T>(step: () => T): T => step();

/** What operators read before the first one. */
const noBatch: Batch = {
  batchId: 0,
  watermarkMs: 0,
  previousWatermarkMs: 0,
  timestampMs: 0,
  closing: false,
  firstBatch: false,
  bounded: false,
};
