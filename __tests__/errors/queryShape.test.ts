import type { Observable } from 'rxjs';
import {
  aggregate,
  between,
  consoleSink,
  count,
  type DataStream,
  fileSink,
  groupByKey,
  joinWith,
  memorySink,
  memoryStream,
  type OutputMode,
  outputMode,
  readStream,
  type StreamSink,
  window,
  withWatermark,
  writeStream,
} from '../../index.js';
import type { PlanNode, Stage } from '../../lib/plan/planNode.js';
import { DataStream as Stream } from '../../lib/stream/dataStream.js';

interface Row {
  readonly id: string;
  readonly at: Date;
}

const rows = (): DataStream<Row> => readStream(memoryStream<Row>());
const marked = (): Observable<Row> => rows().pipe(withWatermark((row) => row.at, '10 seconds'));

function start(
  stream: Observable<unknown>,
  mode?: OutputMode,
  sink: StreamSink<unknown> = memorySink(),
): void {
  void writeStream(stream, { sink, ...(mode ? { outputMode: mode } : {}) }).stop();
}

const refusal = (code: string, params: object) =>
  expect.objectContaining({ code, params: expect.objectContaining(params) });

describe('a query is refused before it starts', () => {
  it('for complete mode without an aggregation', () => {
    expect(() => start(rows(), 'complete')).toThrow(
      refusal('OUTPUT_MODE_UNSUPPORTED', { operator: 'the query', mode: 'complete' }),
    );
  });

  it('for a mode that the sink does not take', () => {
    const counts = rows().pipe(groupByKey('id'), count());
    expect(() => start(counts, 'update', fileSink('out'))).toThrow(
      refusal('OUTPUT_MODE_UNSUPPORTED', { mode: 'update', reason: 'it takes append mode' }),
    );
    expect(() => start(counts, 'update', consoleSink({ out: () => undefined }))).not.toThrow();
  });

  it('for two outputMode in one pipe, even if they agree', () => {
    const stream = rows().pipe(outputMode('update'), groupByKey('id'), count());
    expect(() => start(stream.pipe(outputMode('update')))).toThrow(
      refusal('OUTPUT_MODE_TWICE', { modes: 'update, update' }),
    );
    expect(() => start(stream)).not.toThrow();
  });

  it('for a second watermark on the same rows', () => {
    const counts = marked().pipe(window('1 minute'), count());
    expect(() => start(counts.pipe(withWatermark((row) => row.window.end, '1 minute')))).toThrow(
      refusal('WATERMARK_REDEFINED', { operator: 'withWatermark(60000 ms)' }),
    );
  });

  it('but not for a second withWatermark right behind the first: the second holds', () => {
    expect(() => start(marked().pipe(withWatermark((row) => row.at, 0)))).not.toThrow();
  });

  it('for an aggregation of what another has not finished, outside append mode', () => {
    const perHour = marked().pipe(groupByKey('id'), window('1 hour'), count());
    const perDay = perHour.pipe(
      window('1 day'),
      aggregate((hours) => ({ most: hours.max((hour) => hour.count) })),
    );
    for (const mode of ['update', 'complete'] as const) {
      expect(() => start(perDay, mode)).toThrow(
        refusal('STATEFUL_CHAIN', { operator: 'aggregate', above: 'aggregate', mode }),
      );
    }
    expect(() => start(perDay, 'append')).not.toThrow();
  });

  it('for an outer join in update mode, and for any join in complete mode', () => {
    const right = marked();
    const joined = marked().pipe(
      joinWith(right, { type: 'leftOuter', on: 'id', within: between(0, '1 minute') }),
    );
    expect(() => start(joined, 'update')).toThrow(
      refusal('JOIN_MODE_NOT_SUPPORTED', { type: 'leftOuter', mode: 'update' }),
    );
    const counted = joined.pipe(
      groupByKey((pair) => pair.left.id),
      count(),
    );
    expect(() => start(counted, 'complete')).toThrow(
      refusal('JOIN_MODE_NOT_SUPPORTED', { type: 'leftOuter', mode: 'complete' }),
    );
  });
});

describe('an operator of a user', () => {
  it('that asks for state must say that it has some', async () => {
    const source = memoryStream<number>();
    const node: PlanNode = {
      kind: 'mine',
      inputs: [readStream(source).plan],
      stage: (ctx, out): Stage => {
        ctx.state.keyed('seen');
        return out;
      },
    };
    const query = writeStream(new Stream<number>(node), { sink: memorySink() });
    await expect(query.awaitTermination()).rejects.toMatchObject({
      code: 'OPERATOR_NOT_STATEFUL',
      params: { operator: 'mine-0' },
    });
  });
});
