import { asyncScheduler, type Observable } from 'rxjs';
import { nodeFileSystem } from '../checkpoint/nodeFileSystem.js';
import { planGraph } from '../plan/planGraph.js';
import { checkBatchShape } from '../plan/shapeRules.js';
import { memorySink } from '../sinks/memorySink.js';
import type { StreamSink } from '../sinks/sink.js';
import { planOf } from '../stream/dataStream.js';
import { requireStream } from '../stream/requireStream.js';
import { isRxNode } from '../stream/rxNode.js';
import { isSourceNode } from '../stream/sourceNode.js';
import { availableNow } from '../triggers/availableNow.js';
import type { QuerySetup } from './querySetup.js';
import { RestartPolicy } from './restartPolicy.js';
import { StreamExecution } from './streamExecution.js';
import { volatileCheckpoint } from './volatileCheckpoint.js';

/**
 * Reads the same pipe over what is there now, as a table: the rows that the streaming query would have
 * given in the end.
 *
 * In:     a stream over sources that can say what is there (files, memory), or Observables: of one of
 *         these all rows until it completes, with its `bufferSize` as the limit. One that never
 *         completes is waited for without end; `take` or `takeUntil` gives it one.
 * Out:    a promise of all result rows: every group, open windows included, unmatched outer rows too.
 * Time:   nothing is late; watermarks only say when a stream would have given the row.
 * State:  in memory, for this call.
 * Errors: as `writeStream`, without the rules on output modes.
 * Source: semantics/spark.md 1.1: the streaming result equals the batch result over the same input.
 * @example
 * const counts = await readBatch(readStream(jsonFiles('events/', { schema })).pipe(groupByKey('action'), count()));
 * @since 0.1.0
 */
export async function readBatch<T>(stream: Observable<T>): Promise<readonly T[]> {
  const sink = memorySink<T>();
  const execution = new StreamExecution(batchSetup(stream, sink as StreamSink<unknown>));
  execution.start();
  await execution.whenEnded();
  if (execution.exception) throw execution.exception;
  return sink.rows();
}

function batchSetup(stream: Observable<unknown>, sink: StreamSink<unknown>): QuerySetup {
  requireStream('readBatch', stream);
  const graph = planGraph(planOf(stream));
  checkBatchShape(graph);
  const newQueryId = globalThis.crypto.randomUUID();
  return {
    graph,
    outputMode: 'append',
    sink,
    lateSink: undefined,
    failedSink: undefined,
    failedRowsAt: () => 'fail',
    queryName: undefined,
    label: 'readBatch',
    newQueryId,
    runId: newQueryId,
    trigger: { ...availableNow(), ignoresLimits: true },
    clock: asyncScheduler,
    watermarkPolicy: 'min',
    restart: RestartPolicy.of(undefined, false),
    rxTimeoutMs: 60_000,
    rxNames: graph.nodes.filter(isRxNode).map((node) => node.label ?? graph.idOf(node)),
    fileSystem: nodeFileSystem(),
    durable: graph.nodes.filter(isSourceNode).some((node) => node.observable === undefined),
    bounded: true,
    watermarkSources: [],
    killPoint: () => undefined,
    onCorrupt: () => undefined,
    openCheckpoint: () => volatileCheckpoint(newQueryId),
    onProgress: () => undefined,
    onIdle: () => undefined,
    onRestart: () => undefined,
    onStart: () => undefined,
    onEnd: () => undefined,
  };
}
