import type { PlanGraph } from '../plan/planGraph.js';
import type { PlanNode, Stage } from '../plan/planNode.js';
import { isRxNode, type RxNode } from '../stream/rxNode.js';
import { isSourceNode, type SourceNode } from '../stream/sourceNode.js';
import type { OperatorContext } from './operatorContext.js';
import { namedErrors, Tee } from './operatorError.js';

/** How an engine fills a plan with life. */
export interface CompileHooks {
  contextOf(node: PlanNode): OperatorContext;
  /**
   * An rx node: give the stage for its input, or undefined to end compiling here (a live
   * subscription subscribes to the part above by itself).
   */
  rxStage(node: RxNode, ctx: OperatorContext, out: Stage): Stage | undefined;
  /** What stands between a node and its readers; `out` itself where nobody counts. */
  counted?(node: PlanNode, out: Stage): Stage;
  /** What a node has become. */
  made?(node: PlanNode, stages: readonly Stage[]): void;
}

export interface Compiled {
  /** Where the rows of each source enter, sources in plan order. */
  readonly entries: ReadonlyMap<SourceNode, Stage>;
  /** Every stage, for `prepare` and `cancel`; downstream first. */
  readonly stages: readonly Stage[];
}

/** Makes the stages of a plan from its end to its sources, each node once. */
export function compile(graph: PlanGraph, end: Stage, hooks: CompileHooks): Compiled {
  const readers = new Map<PlanNode, Stage[]>([[graph.root, [end]]]);
  const entries = new Map<SourceNode, Stage>();
  const stages: Stage[] = [];
  for (const node of [...graph.nodes].reverse()) {
    const outs = readers.get(node);
    if (!outs) continue; // above an rx node that ended compiling
    const readersOf = outs.reduceRight((rest, first) => new Tee(first, rest));
    const out = hooks.counted?.(node, readersOf) ?? readersOf;
    if (isSourceNode(node)) {
      entries.set(node, out);
      continue;
    }
    const inputs = stagesOf(node, hooks, out);
    if (inputs === undefined) continue;
    hooks.made?.(node, inputs);
    inputs.forEach((stage, i) => {
      if (!stages.includes(stage)) stages.push(stage);
      const named = node.traits?.namesErrors
        ? stage
        : namedErrors(stage, hooks.contextOf(node).operatorId);
      const input = node.inputs[i] as PlanNode;
      const list = readers.get(input);
      if (list) list.push(named);
      else readers.set(input, [named]);
    });
  }
  return { entries: new Map([...entries].reverse()), stages };
}

function stagesOf(node: PlanNode, hooks: CompileHooks, out: Stage): readonly Stage[] | undefined {
  const ctx = hooks.contextOf(node);
  if (isRxNode(node)) {
    const stage = hooks.rxStage(node, ctx, out);
    return stage && [stage];
  }
  const made = node.stage(ctx, out);
  const list = Array.isArray(made) ? (made as readonly Stage[]) : [made as Stage];
  if (list.length !== node.inputs.length) {
    throw new TypeError(
      `${node.kind} has ${node.inputs.length} inputs but made ${list.length} stages: give one stage per input`,
    );
  }
  return list;
}
