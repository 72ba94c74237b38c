import type { Observable } from 'rxjs';
import {
  aggregate,
  between,
  consoleSink,
  count,
  type DataStream,
  dropDuplicates,
  fileSink,
  flatMapGroupsWithState,
  groupByKey,
  joinWith,
  jsonFiles,
  memorySink,
  memoryStream,
  type OutputMode,
  observe,
  outputMode,
  readBatch,
  readStream,
  type StreamSink,
  select,
  staticRows,
  transformWithState,
  union,
  where,
  window,
  withColumns,
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
  const query = writeStream(stream, { sink, ...(mode ? { outputMode: mode } : {}) });
  query.awaitTermination().catch(() => undefined); // some have no file to read
  void query.stop();
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

  describe('for a column that the declared schema does not have', () => {
    const files = (): Observable<Row> =>
      readStream(jsonFiles('never-read', { schema: 'id STRING, at TIMESTAMP' })) as never;
    const wrong = 'nope' as 'id';
    it.each<[string, (rows: Observable<Row>) => Observable<unknown>]>([
      ['groupByKey', (s) => s.pipe(groupByKey('id', wrong), count())],
      [
        'groupByKey',
        (s) => s.pipe(window('1 hour', { time: (r) => r.at }), groupByKey(wrong), count()),
      ],
      [
        'groupByKey',
        (s) =>
          s.pipe(
            groupByKey(wrong),
            where(() => true),
            count(),
          ),
      ],
      ['withWatermark', (s) => s.pipe(withWatermark(wrong as never, 0))],
      ['select', (s) => s.pipe(select('id', wrong))],
      ['dropDuplicates', (s) => s.pipe(dropDuplicates([wrong]))],
      ['join', (s) => s.pipe(joinWith(rows(), { type: 'inner', on: wrong, unbounded: true }))],
      ['staticJoin', (s) => s.pipe(joinWith([] as Row[], { type: 'leftOuter', on: wrong }))],
      [
        'staticJoin',
        (s) =>
          staticRows([] as Row[]).pipe(
            joinWith(s, { type: 'inner', on: ['id', wrong], leftIsStatic: true }),
          ),
      ],
    ])('%s', async (operator, reads) => {
      const kept = files().pipe(
        union(files()),
        where(() => true),
        observe('seen', (each) => ({ n: each.count() })),
      );
      const unknown = refusal('COLUMN_UNKNOWN', { operator, column: 'nope', columns: 'id, at' });
      expect(() => start(reads(kept), 'update')).toThrow(unknown);
      await expect(readBatch(reads(kept))).rejects.toEqual(unknown);
      // Nobody knows the columns of these.
      expect(() => start(reads(rows()), 'update')).not.toThrow();
      const made = kept.pipe(withColumns(() => ({ nope: 1 }))) as never;
      expect(() => start(reads(made), 'update')).not.toThrow();
    });
  });

  it('for two observe with one name, also in the streams of a union', () => {
    const seen = (name: string) => rows().pipe(observe(name, (each) => ({ n: each.count() })));
    expect(() => start(seen('a').pipe(union(seen('b'))))).not.toThrow();
    expect(() => start(seen('a').pipe(union(seen('a'))))).toThrow(
      refusal('OBSERVE_NAME_TAKEN', { name: 'a' }),
    );
    const once = seen('a');
    expect(() => start(once.pipe(union(once)))).not.toThrow();
  });

  describe('for a window behind a state function, and names a way that starts', () => {
    const alarms = (timeout: 'none' | 'eventTime') =>
      marked().pipe(
        groupByKey('id'),
        flatMapGroupsWithState((_id, each: readonly Row[]) => each, { timeout }),
      );
    const perMinute = (stream: Observable<Row>, time?: (row: Row) => Date) =>
      stream.pipe(window('1 minute', time ? { time } : {}), count());
    const withTime = /transformWithState.*timeMode: 'eventTime'/;

    it('in append mode', () => {
      const refused = () => start(perMinute(alarms('none')));
      expect(refused).toThrow(refusal('AGGREGATE_NEEDS_WATERMARK', { operator: 'count' }));
      expect(refused).toThrow(/flatMapGroupsWithState.*update or complete mode/);
      expect(refused).toThrow(withTime);
      expect(() =>
        start(
          perMinute(alarms('none'), (row) => row.at),
          'update',
        ),
      ).not.toThrow();
      const timed = marked().pipe(
        groupByKey('id'),
        transformWithState({
          timeMode: 'eventTime',
          init: () => 0,
          handleInputRows: (_id, each: readonly Row[]) => each,
          eventTime: (row) => row.at,
        }),
      );
      expect(() => start(perMinute(timed))).not.toThrow();
    });

    it('with timeouts in event time, where no mode is a way out', () => {
      const refused = () => start(perMinute(alarms('eventTime')));
      expect(refused).toThrow(withTime);
      expect(refused).not.toThrow(/update or complete/);
      const again = alarms('eventTime').pipe(withWatermark((row) => row.at, 0));
      for (const mode of ['append', 'update'] as const) {
        const chained = () => start(perMinute(again), mode);
        expect(chained).toThrow(refusal('STATEFUL_CHAIN', { mode }));
        expect(chained).toThrow(withTime);
        expect(chained).not.toThrow(/use append mode/);
      }
    });
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
