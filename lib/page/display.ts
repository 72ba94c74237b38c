import type { Observable } from 'rxjs';
import { type OptionNames, requireKnownOptions } from '../options/knownOptions.js';
import { outputModeOf } from '../plan/outputModeNode.js';
import { planGraph } from '../plan/planGraph.js';
import { writeStreamNames } from '../query/checkOptions.js';
import type { StreamingQuery } from '../query/streamingQuery.js';
import { type WriteStreamOptions, writeStream } from '../query/writeStream.js';
import { consoleSink } from '../sinks/consoleSink.js';
import { planOf } from '../stream/dataStream.js';
import { requireStream } from '../stream/requireStream.js';

/** Options of {@link display}: those of `writeStream`, but the sink is the page and the terminal. */
export interface DisplayOptions<T> extends Omit<WriteStreamOptions<T>, 'sink'> {
  /** Rows of each batch that the terminal shows. Default 20. */
  readonly numRows?: number;
}

const { sink: _, ...shared } = writeStreamNames;
const optionNames: OptionNames<Omit<DisplayOptions<unknown>, 'internals'>> = {
  ...shared,
  numRows: true,
};

/**
 * Starts a query whose result shows on the live page and in the terminal: one call for scripts and
 * notebooks.
 *
 * In:     a stream of `T`.
 * Out:    the running query; the page's address is printed. With an aggregation in the pipe the output
 *         mode is `update` unless the pipe or the options say otherwise, else `append`.
 * Errors: as `writeStream`.
 * Source: `display()` of Spark's notebooks.
 * @example
 * const query = display(readStream(rate({ rowsPerSecond: 5 })), { queryName: 'ticks' });
 * await query.awaitTermination('30 seconds');
 * await query.stop();
 * @since 0.1.0
 */
export function display<T>(
  stream: Observable<T>,
  options: DisplayOptions<NoInfer<T>> = {},
): StreamingQuery {
  const { internals: _, ...known } = options;
  requireKnownOptions<Omit<DisplayOptions<never>, 'internals'>>('display', known, optionNames);
  const { numRows = 20, ...rest } = options;
  requireStream('display', stream);
  const graph = planGraph(planOf(stream));
  const aggregates = graph.nodes.some((node) => node.traits?.aggregation);
  const outputMode =
    options.outputMode ?? outputModeOf(graph) ?? (aggregates ? 'update' : 'append');
  return writeStream<T>(stream, {
    page: true,
    ...rest,
    outputMode,
    sink: consoleSink({ numRows }),
  });
}
