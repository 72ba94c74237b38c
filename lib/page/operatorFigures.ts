import { isGroupingNode } from '../plan/grouping.js';
import type { PlanNode } from '../plan/planNode.js';
import { isWatermarkNode } from '../plan/watermarkNode.js';
import type { Pipeline } from '../query/pipeline.js';
import type { StreamingQueryProgress } from '../query/progress.js';
import type { QuerySetup } from '../query/querySetup.js';
import { isSourceNode } from '../stream/sourceNode.js';
import type { NodeFigures } from './wire.js';

/** How far back a rate looks. */
const rateMs = 2000;

interface Sample {
  readonly at: number;
  readonly rows: ReadonlyMap<PlanNode, number>;
}

/** Rows, late and failed rows of each operator of one query, summed over its batches. */
export class OperatorFigures {
  private readonly late = new Map<PlanNode, number>();
  private readonly failed = new Map<PlanNode, number>();
  private readonly sourceRows = new Map<PlanNode, number>();
  private outputRows = 0;
  private pipeline: Pipeline | undefined;
  /** What counters of pipelines before a restart had counted. */
  private readonly before = new Map<PlanNode, number>();
  private samples: Sample[] = [];

  constructor(private readonly setup: QuerySetup) {}

  /** Adds a batch that has just been committed. */
  add(progress: StreamingQueryProgress, pipeline: Pipeline | undefined): void {
    this.follow(pipeline);
    this.setup.graph.nodes.filter(isSourceNode).forEach((node, i) => {
      add(this.sourceRows, node, progress.sources[i]?.numInputRows ?? 0);
    });
    this.outputRows += progress.sink.numOutputRows;
    for (const [node, ctx] of pipeline?.contexts ?? []) {
      if (ctx.lateRows > 0) add(this.late, node, ctx.lateRows);
      if (ctx.failedRows > 0) add(this.failed, node, ctx.failedRows);
    }
  }

  /** Late rows of the batch that has just been committed. */
  lateRowsOf(pipeline: Pipeline | undefined): number {
    let rows = 0;
    for (const ctx of pipeline?.contexts.values() ?? []) rows += ctx.lateRows;
    return rows;
  }

  /** Figures by operator id, and whether rows are still on their way through the last seconds. */
  now(
    at: number,
    progress: StreamingQueryProgress | null,
  ): { readonly nodes: Record<string, NodeFigures>; readonly moving: boolean } {
    const { graph } = this.setup;
    const rows = new Map<PlanNode, number>();
    for (const node of graph.nodes) {
      const counted = this.rowsBehind(node, rows);
      if (counted !== undefined) rows.set(node, counted);
    }
    const since = this.sampleBefore(at, rows);
    let moving = false;
    const nodes: Record<string, NodeFigures> = {};
    for (const node of graph.nodes) {
      const id = graph.idOf(node);
      const count = rows.get(node);
      const passed = count === undefined ? 0 : count - (since.rows.get(node) ?? 0);
      moving ||= passed > 0;
      const state = progress?.stateOperators.find((operator) => operator.operatorId === id);
      nodes[id] = {
        rows: count ?? null,
        rate: count === undefined ? null : (passed * 1000) / Math.max(250, at - since.at),
        late: this.late.get(node) ?? 0,
        failed: this.failed.get(node) ?? 0,
        stateRows: state?.numRowsTotal ?? null,
        stateBytes: state?.memoryUsedBytes ?? null,
      };
    }
    return { nodes, moving };
  }

  private rowsBehind(node: PlanNode, known: ReadonlyMap<PlanNode, number>): number | undefined {
    if (isSourceNode(node)) return this.sourceRows.get(node) ?? 0;
    if (node === this.setup.graph.root) return this.outputRows;
    if (isWatermarkNode(node) || isGroupingNode(node)) return known.get(node.inputs[0] as PlanNode);
    if (node.traits?.mapsEachRow) {
      const above = known.get(node.inputs[0] as PlanNode);
      return above && above - (this.failed.get(node) ?? 0);
    }
    const counter = this.pipeline?.rowCounts.get(node);
    return counter && (this.before.get(node) ?? 0) + (counter.rowsOut ?? 0);
  }

  /** A restarted query has new counters, which begin at 0. */
  private follow(pipeline: Pipeline | undefined): void {
    if (pipeline === this.pipeline) return;
    for (const [node, counter] of this.pipeline?.rowCounts ?? [])
      add(this.before, node, counter.rowsOut ?? 0);
    this.pipeline = pipeline;
  }

  /** The newest sample that is at least `rateMs` old, taken as if it were just that old. */
  private sampleBefore(at: number, rows: ReadonlyMap<PlanNode, number>): Sample {
    while (this.samples.length > 1 && (this.samples[1] as Sample).at <= at - rateMs) {
      this.samples.shift();
    }
    const oldest = this.samples[0] ?? { at: at - rateMs, rows: new Map() };
    if ((this.samples.at(-1)?.at ?? 0) < at) this.samples.push({ at, rows });
    return { at: Math.max(oldest.at, at - rateMs), rows: oldest.rows };
  }
}

function add(sums: Map<PlanNode, number>, node: PlanNode, by: number): void {
  sums.set(node, (sums.get(node) ?? 0) + by);
}
