import { writtenFiles } from '../checkpoint/writtenFiles.js';
import type { PlanGraph } from '../plan/planGraph.js';
import type { StreamSink } from '../sinks/sink.js';
import type { WrittenFolder } from '../sources/source.js';
import { isSourceNode } from '../stream/sourceNode.js';

/** Where a query writes. */
export interface QueryOutputs {
  readonly sink: StreamSink<never>;
  readonly lateSink?: StreamSink<never> | undefined;
  readonly failedSink?: StreamSink<never> | undefined;
  readonly checkpointLocation?: string | undefined;
}

/** Asks every source whether it would read what the query writes. Errors: `SOURCE_READS_OUTPUT`. */
export function refuseOwnOutput(graph: PlanGraph, outputs: QueryOutputs): void {
  const { checkpointLocation: folder } = outputs;
  const written: WrittenFolder[] = [];
  for (const sink of [outputs.sink, outputs.lateSink, outputs.failedSink]) {
    if (sink?.writes) written.push({ output: sink.description, ...sink.writes });
  }
  if (folder !== undefined) written.push({ output: 'the checkpoint', folder, files: writtenFiles });
  for (const { source } of graph.nodes.filter(isSourceNode)) source.refuseOwnOutput?.(written);
}
