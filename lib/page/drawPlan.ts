import type { PlanGraph } from '../plan/planGraph.js';
import type { PlanNode } from '../plan/planNode.js';
import { isWatermarkNode } from '../plan/watermarkNode.js';
import type { QuerySetup } from '../query/querySetup.js';
import { isSourceNode } from '../stream/sourceNode.js';
import type { DrawnNode, DrawnPlan } from './wire.js';

/** Id of the box that stands for the sink. */
const sinkId = 'sink';

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** The plan as boxes and lines: each box stands one layer behind the last of its inputs. */
export function drawPlan(setup: Pick<QuerySetup, 'graph' | 'sink' | 'outputMode'>): DrawnPlan {
  const { graph } = setup;
  const layers = layersOf(graph);
  const last = (layers.get(graph.root) ?? 0) + 1;
  const lanes = lanesOf(graph, layers);
  const nodes = graph.nodes.map((node) => ({
    ...boxOf(graph, node),
    layer: layers.get(node) ?? 0,
    lane: lanes.get(node) ?? 0,
  }));
  const sink: DrawnNode = {
    id: sinkId,
    kind: 'sink',
    title: setup.sink.description,
    detail: `${setup.outputMode} mode`,
    stateful: false,
    layer: last,
    lane: lanes.get(graph.root) ?? 0,
  };
  const edges = graph.nodes.flatMap((node) =>
    node.inputs.map((input) => [graph.idOf(input), graph.idOf(node)] as const),
  );
  return {
    nodes: [...nodes, sink],
    edges: [...edges, [graph.idOf(graph.root), sinkId]],
    layers: last + 1,
    lanes: Math.max(...lanes.values()) + 1,
  };
}

function boxOf(graph: PlanGraph, node: PlanNode): Omit<DrawnNode, 'layer' | 'lane'> {
  const id = graph.idOf(node);
  const stateful = node.traits?.stateful === true;
  if (isSourceNode(node)) {
    return { id, kind: 'source', title: 'source', detail: node.source.description, stateful };
  }
  if (isWatermarkNode(node)) {
    const detail = `waits ${delayText(node.delayMs)} for late rows`;
    return { id, kind: node.kind, title: 'withWatermark', detail, stateful };
  }
  return { id, kind: node.kind, title: node.kind, detail: node.label ?? '', stateful };
}

/** A span in the largest unit that divides it: '90 min'. */
function delayText(ms: number): string {
  for (const [unit, unitMs] of units)
    if (ms > 0 && ms % unitMs === 0) return `${ms / unitMs} ${unit}`;
  return `${ms} ms`;
}

function layersOf(graph: PlanGraph): ReadonlyMap<PlanNode, number> {
  const layers = new Map<PlanNode, number>();
  for (const node of graph.nodes) {
    layers.set(node, Math.max(-1, ...node.inputs.map((input) => layers.get(input) ?? 0)) + 1);
  }
  return layers;
}

/** Sources one below the other, a node in the middle of its inputs, never two boxes in one place. */
function lanesOf(
  graph: PlanGraph,
  layers: ReadonlyMap<PlanNode, number>,
): ReadonlyMap<PlanNode, number> {
  const lanes = new Map<PlanNode, number>();
  const taken = new Map<number, number[]>();
  let sources = 0;
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((input) => lanes.get(input) ?? 0);
    const wish =
      inputs.length === 0 ? sources++ : inputs.reduce((sum, lane) => sum + lane, 0) / inputs.length;
    const layer = layers.get(node) ?? 0;
    const others = taken.get(layer) ?? [];
    let lane = wish;
    while (others.some((other) => Math.abs(other - lane) < 1)) lane += 1;
    taken.set(layer, [...others, lane]);
    lanes.set(node, lane);
  }
  return lanes;
}
