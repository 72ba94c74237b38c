import { type MaybePromise, type Steps, wait } from '../maybe.js';
import type { Sink, SinkContext, StreamSink } from '../sinks/sink.js';
import type { Source, SourceContext, StreamSource } from '../sources/source.js';
import { inOperator } from './operatorError.js';

const sourceMethods = ['latestOffset', 'read', 'commit', 'close', 'fixEnd'] as const;
const sinkMethods = ['addBatch', 'close'] as const;

/** Opens a source, perhaps one of the user's own: what goes wrong names it. */
export function openedSource<T>(source: StreamSource<T>, ctx: SourceContext): Steps<Source<T>> {
  return opened(source.description, () => source.open(ctx), sourceMethods);
}

/** Opens a sink, perhaps one of the user's own: what goes wrong names it. */
export function openedSink<T>(sink: StreamSink<T>, ctx: SinkContext): Steps<Sink<T>> {
  return opened(sink.description, () => sink.open(ctx), sinkMethods);
}

function* opened<P>(
  description: string,
  open: () => MaybePromise<P>,
  methods: readonly (keyof P & string)[],
): Steps<P> {
  try {
    const port = (yield* wait(open())) as P | undefined | null;
    const missing = methods.filter((method) => typeof port?.[method] !== 'function');
    if (missing.length === 0) return port as P;
    const found = port === undefined || port === null ? String(port) : 'an object';
    throw new TypeError(`open() gave ${found} without the methods ${missing.join(', ')}`);
  } catch (error) {
    throw inOperator(description, error);
  }
}

/** What is no array would go by as a chunk without rows: lost without a word. */
export function checkChunk(source: string, chunk: unknown): void {
  if (Array.isArray(chunk)) return;
  const found = `read() gave ${typeof chunk} as a chunk: a chunk is an array of rows`;
  throw inOperator(source, new TypeError(found));
}
