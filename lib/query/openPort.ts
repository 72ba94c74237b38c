import { isPromise, type MaybePromise, type Steps, wait } from '../maybe.js';
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

/** An offset is kept as JSON: what is none would be read back as another, or not at all. */
export function checkOffset(source: string, offset: unknown): void {
  const isJson =
    typeof offset === 'number'
      ? Number.isFinite(offset)
      : typeof offset === 'object'
        ? !(offset instanceof Date)
        : typeof offset === 'string' || typeof offset === 'boolean';
  if (isJson) return;
  const found = offset instanceof Date ? 'a Date' : String(offset);
  throw inOperator(
    source,
    new TypeError(
      `latestOffset() gave ${found}: an offset is JSON, and null or the one it was given where no rows have come`,
    ),
  );
}

/** What `read` gives: to be gone through at once, or as it comes. */
export function checkChunks(source: string, chunks: unknown): void {
  const isObject = typeof chunks === 'object' && chunks !== null;
  if (isObject && (Symbol.iterator in chunks || Symbol.asyncIterator in chunks)) return;
  const found = isPromise(chunks) ? 'a Promise' : isObject ? 'an object' : typeof chunks;
  throw inOperator(
    source,
    new TypeError(
      `read() gave ${found}: it gives chunks, an array (or another iterable, or an async one) of arrays of rows`,
    ),
  );
}

/** What is no array would go by as a chunk without rows: lost without a word. */
export function checkChunk(source: string, chunk: unknown): void {
  if (Array.isArray(chunk)) return;
  const found = `read() gave ${typeof chunk} as a chunk: a chunk is an array of rows`;
  throw inOperator(source, new TypeError(found));
}

/** What a source or sink counts, for progress. */
export function metricsOf(
  description: string,
  port: Pick<Source<unknown>, 'metrics'>,
): Readonly<Record<string, string>> {
  try {
    return port.metrics?.() ?? {};
  } catch (error) {
    throw inOperator(description, error);
  }
}
