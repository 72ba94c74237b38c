import type { Observable } from 'rxjs';
import { type MemoryStream, memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import { assertRun, type TestAction } from '../../lib/testing/index.js';
import { select } from '../../operators/select.js';
import { withWatermark } from '../../operators/withWatermark.js';

/** Spark's streams of numbers: key = value, event time = value seconds. */
export interface Numbered {
  readonly key: number;
  readonly value: number;
  readonly window: { readonly start: number; readonly end: number };
}

/** A key and an event time in seconds. */
export interface Timed {
  readonly k: number;
  readonly s: number;
}

export const at = (k: number, s: number): Timed => ({ k, s });

export interface Side<In, Row> {
  readonly source: MemoryStream<In>;
  readonly stream: Observable<Row>;
}

/** A stream of numbers `v` with value `v * factor` and its 10 s window; delay in seconds or no watermark. */
export function numbers(factor: number, delay: number | null = 10): Side<number, Numbered> {
  const source = memoryStream<number>();
  const marked =
    delay === null
      ? readStream(source)
      : readStream(source).pipe(withWatermark((v) => v * 1000, delay * 1000));
  return { source, stream: marked.pipe(select((v) => numbered(v, factor))) };
}

function numbered(v: number, factor: number): Numbered {
  const start = Math.floor(v / 10) * 10_000;
  return { key: v, value: v * factor, window: { start, end: start + 10_000 } };
}

/** A stream of keys and seconds; delay in seconds. */
export function times(delay = 10): Side<Timed, Timed> {
  const source = memoryStream<Timed>();
  return {
    source,
    stream: readStream(source).pipe(withWatermark(({ s }) => s * 1000, delay * 1000)),
  };
}

/** A source of any rows. */
interface Takes {
  addData(...rows: never[]): number;
}

/** Rows for several sources in one batch. */
export function addTogether(
  ...adds: readonly (readonly [source: Takes, ...rows: readonly unknown[]])[]
): TestAction {
  const name = `addTogether(${adds.map(([, ...rows]) => JSON.stringify(rows)).join(' / ')})`;
  return assertRun(name, (test) => {
    for (const [source, ...rows] of adds) source.addData(...(rows as never[]));
    return test.settle();
  });
}
