import { from, type Observable } from 'rxjs';
import type { OutputMode } from '../../lib/plan/outputMode.js';
import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import { testStream } from '../../lib/testing/index.js';
import { aggregate } from '../../operators/aggregate.js';
import { between } from '../../operators/between.js';
import { count } from '../../operators/count.js';
import { distinct } from '../../operators/distinct.js';
import { dropDuplicates } from '../../operators/dropDuplicates.js';
import { dropDuplicatesWithinWatermark } from '../../operators/dropDuplicatesWithinWatermark.js';
import { flatMapGroupsWithState } from '../../operators/flatMapGroupsWithState.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { type JoinType, joinWith } from '../../operators/joinWith.js';
import { limit } from '../../operators/limit.js';
import { mapGroupsWithState } from '../../operators/mapGroupsWithState.js';
import { asc, orderBy } from '../../operators/orderBy.js';
import { sessionWindow } from '../../operators/sessionWindow.js';
import { transformWithState } from '../../operators/transformWithState.js';
import { window } from '../../operators/window.js';
import { withWatermark } from '../../operators/withWatermark.js';

interface Row {
  readonly k: string;
  readonly t: number;
}

/** The shape that a query starts with in append, update and complete mode; else the code it is refused with. */
type Answers = readonly [append: string, update: string, complete: string];

const runs = 'runs';
const noAggregation = 'OUTPUT_MODE_UNSUPPORTED';
const modes: readonly OutputMode[] = ['append', 'update', 'complete'];

const plain = (): Observable<Row> => readStream(memoryStream<Row>());
const marked = (): Observable<Row> => plain().pipe(withWatermark((row) => row.t, '10 seconds'));
const table: readonly Row[] = [{ k: 'a', t: 1 }];

const byKey = (rows: Observable<Row>) =>
  rows.pipe(
    groupByKey((row) => row.k),
    count(),
  );
const byWindow = (rows: Observable<Row>) =>
  rows.pipe(
    groupByKey((row) => row.k),
    window('5 seconds', { time: (row) => row.t }),
    count(),
  );
const flat = (
  rows: Observable<Row>,
  outputMode: 'append' | 'update',
  timeout: 'none' | 'eventTime' = 'none',
): Observable<Row> =>
  rows.pipe(
    groupByKey((row) => row.k),
    flatMapGroupsWithState((_key, of) => of, { outputMode, timeout }),
  );
const mapped = (rows: Observable<Row>): Observable<Row> =>
  rows.pipe(
    groupByKey((row) => row.k),
    mapGroupsWithState((_key, of) => of[0] ?? { k: '', t: 0 }),
  );
const transformed = (rows: Observable<Row>): Observable<Row> =>
  rows.pipe(
    groupByKey((row) => row.k),
    transformWithState({ timeMode: 'none', init: () => null, handleInputRows: (_key, of) => of }),
  );
const joined = (
  type: JoinType,
  left: Observable<Row>,
  right: Observable<Row>,
  within = between('-5 seconds', '5 seconds'),
): Observable<Row> =>
  left.pipe(
    joinWith(right, {
      type,
      on: 'k',
      within,
      select: (l: Row | null, r: Row | null) => l ?? (r as Row),
    } as never),
  ) as Observable<Row>;
const tabled = (type: string): Observable<Row> =>
  marked().pipe(joinWith(table, { type, on: 'k' } as never)) as Observable<Row>;

/** semantics/spark.md 1.8, 1.10 and 3.9 */
const shapes: readonly (readonly [name: string, build: () => Observable<unknown>, Answers])[] = [
  ['rows alone', plain, [runs, runs, noAggregation]],
  [
    'aggregation without watermark',
    () => byWindow(plain()),
    ['AGGREGATE_NEEDS_WATERMARK', runs, runs],
  ],
  ['aggregation by window', () => byWindow(marked()), [runs, runs, runs]],
  [
    'aggregation by another column',
    () => byKey(marked()),
    ['AGGREGATE_NEEDS_WATERMARK', runs, runs],
  ],
  [
    'sessions',
    () =>
      marked().pipe(
        groupByKey((row) => row.k),
        sessionWindow('5 seconds'),
        count(),
      ),
    [runs, 'SESSION_MODE', runs],
  ],
  [
    'aggregation behind aggregation',
    () =>
      byWindow(marked()).pipe(
        window('10 seconds'),
        aggregate((rows) => ({ n: rows.count() })),
      ),
    [runs, 'STATEFUL_CHAIN', 'STATEFUL_CHAIN'],
  ],
  ['dedup', () => plain().pipe(dropDuplicates((row) => row.k)), [runs, runs, noAggregation]],
  ['distinct', () => plain().pipe(distinct()), [runs, runs, noAggregation]],
  [
    'dedup within no watermark',
    () => plain().pipe(dropDuplicatesWithinWatermark((row) => row.k)),
    ['WATERMARK_REQUIRED', 'WATERMARK_REQUIRED', 'WATERMARK_REQUIRED'],
  ],
  [
    'dedup before aggregation',
    () => byWindow(marked().pipe(dropDuplicates((row) => row.k))),
    [runs, runs, runs],
  ],
  [
    'dedup behind aggregation, of a key',
    () => byWindow(marked()).pipe(dropDuplicates((row) => row.count)),
    [runs, runs, 'DEDUPE_MODE'],
  ],
  [
    'dedup behind aggregation, of a time',
    () => byWindow(marked()).pipe(dropDuplicates((row) => row.count, { eventTime: true })),
    [runs, 'STATEFUL_CHAIN', 'DEDUPE_MODE'],
  ],
  ['limit', () => plain().pipe(limit(2)), [runs, 'LIMIT_MODE', noAggregation]],
  [
    'limit behind aggregation',
    () => byKey(plain()).pipe(limit(2)),
    ['AGGREGATE_NEEDS_WATERMARK', 'LIMIT_MODE', runs],
  ],
  [
    'sort',
    () => plain().pipe(orderBy(asc((row) => row.k))),
    ['ORDER_BY_MODE', 'ORDER_BY_MODE', 'ORDER_BY_MODE'],
  ],
  [
    'sort before aggregation',
    () => byKey(plain().pipe(orderBy(asc((row) => row.k)))),
    ['ORDER_BY_MODE', 'ORDER_BY_MODE', 'ORDER_BY_MODE'],
  ],
  [
    'sort behind aggregation',
    () => byWindow(marked()).pipe(orderBy(asc((row) => row.key))),
    ['ORDER_BY_MODE', 'ORDER_BY_MODE', runs],
  ],
  ['map groups', () => mapped(plain()), ['GROUP_STATE_MODE', runs, 'GROUP_STATE_MODE']],
  [
    'map groups twice',
    () => mapped(mapped(plain())),
    ['GROUP_STATE_MODE', 'GROUP_STATE_MODE', 'GROUP_STATE_MODE'],
  ],
  [
    'map groups before aggregation',
    () => byKey(mapped(plain())),
    ['GROUP_STATE_MODE', 'GROUP_STATE_MODE', 'GROUP_STATE_MODE'],
  ],
  [
    'map and flatMap groups',
    () => mapped(flat(plain(), 'append')),
    ['GROUP_STATE_MODE', 'GROUP_STATE_MODE', 'GROUP_STATE_MODE'],
  ],
  [
    'flatMap groups, append',
    () => flat(plain(), 'append'),
    [runs, 'GROUP_STATE_MODE', 'GROUP_STATE_MODE'],
  ],
  [
    'flatMap groups, update',
    () => flat(plain(), 'update'),
    ['GROUP_STATE_MODE', runs, 'GROUP_STATE_MODE'],
  ],
  [
    'flatMap groups before aggregation',
    () => byKey(flat(plain(), 'append')),
    ['AGGREGATE_NEEDS_WATERMARK', runs, runs],
  ],
  [
    'flatMap groups, update, before aggregation',
    () => byKey(flat(plain(), 'update')),
    ['GROUP_STATE_MODE', 'GROUP_STATE_MODE', 'GROUP_STATE_MODE'],
  ],
  [
    'flatMap groups with event time before aggregation',
    () => byKey(flat(marked(), 'append', 'eventTime')),
    ['AGGREGATE_NEEDS_WATERMARK', 'STATEFUL_CHAIN', 'STATEFUL_CHAIN'],
  ],
  [
    'flatMap groups with event time without watermark',
    () => flat(plain(), 'append', 'eventTime'),
    ['WATERMARK_REQUIRED', 'WATERMARK_REQUIRED', 'WATERMARK_REQUIRED'],
  ],
  [
    'flatMap groups, append, twice',
    () => flat(flat(plain(), 'append'), 'append'),
    [runs, 'GROUP_STATE_MODE', 'GROUP_STATE_MODE'],
  ],
  [
    'flatMap groups, both kinds',
    () => flat(flat(plain(), 'append'), 'update'),
    ['GROUP_STATE_MODE', 'GROUP_STATE_MODE', 'GROUP_STATE_MODE'],
  ],
  ['transformWithState', () => transformed(plain()), [runs, runs, noAggregation]],
  [
    'transformWithState before aggregation',
    () => byKey(transformed(plain())),
    ['AGGREGATE_NEEDS_WATERMARK', runs, runs],
  ],
  [
    'transformWithState twice',
    () => transformed(transformed(plain())),
    [runs, runs, noAggregation],
  ],
  [
    'inner join',
    () => joined('inner', marked(), marked()),
    [runs, runs, 'JOIN_MODE_NOT_SUPPORTED'],
  ],
  [
    'inner join twice',
    () => joined('inner', joined('inner', marked(), marked()), marked()),
    [runs, runs, 'JOIN_MODE_NOT_SUPPORTED'],
  ],
  [
    'left semi join',
    () => joined('leftSemi', marked(), marked()),
    [runs, runs, 'JOIN_MODE_NOT_SUPPORTED'],
  ],
  ...(['leftOuter', 'rightOuter', 'fullOuter', 'leftAnti'] as const).map(
    (type) =>
      [
        `${type} join`,
        () => joined(type, marked(), marked()),
        [runs, 'JOIN_MODE_NOT_SUPPORTED', 'JOIN_MODE_NOT_SUPPORTED'],
      ] as const,
  ),
  [
    'left outer join bounded from above',
    () => joined('leftOuter', marked(), marked(), { left: '<', plus: '10 seconds' } as never),
    ['JOIN_NEEDS_BOUND', 'JOIN_MODE_NOT_SUPPORTED', 'JOIN_MODE_NOT_SUPPORTED'],
  ],
  [
    'right outer join bounded from below',
    () => joined('rightOuter', marked(), marked(), { left: '>', plus: '10 seconds' } as never),
    ['JOIN_NEEDS_BOUND', 'JOIN_MODE_NOT_SUPPORTED', 'JOIN_MODE_NOT_SUPPORTED'],
  ],
  [
    'join on event time without watermarks',
    () => joined('inner', plain(), plain()),
    ['JOIN_NEEDS_EVENT_TIME', 'JOIN_NEEDS_EVENT_TIME', 'JOIN_MODE_NOT_SUPPORTED'],
  ],
  [
    'aggregation behind join',
    () => byWindow(joined('inner', marked(), marked())),
    [runs, runs, 'JOIN_MODE_NOT_SUPPORTED'],
  ],
  ...(['inner', 'leftOuter', 'leftSemi', 'leftAnti'] as const).map(
    (type) =>
      [`${type} join with a table`, () => tabled(type), [runs, runs, noAggregation]] as const,
  ),
  ...(['rightOuter', 'fullOuter'] as const).map(
    (type) =>
      [
        `${type} join with a table`,
        () => tabled(type),
        ['JOIN_TYPE_NOT_SUPPORTED', 'JOIN_TYPE_NOT_SUPPORTED', 'JOIN_TYPE_NOT_SUPPORTED'],
      ] as const,
  ),
  [
    'a watermark behind a watermark',
    () => byWindow(marked()).pipe(withWatermark(() => 1, 0)),
    ['WATERMARK_REDEFINED', 'WATERMARK_REDEFINED', 'WATERMARK_REDEFINED'],
  ],
];

describe('UnsupportedOperationsSuite', () => {
  it.each(
    shapes.flatMap(([name, build, answers]) =>
      modes.map((mode, i) => [name, mode, answers[i] as string, build] as const),
    ),
  )('%s in %s mode: %s', async (_name, outputMode, expected, build) => {
    const started = testStream(build(), { outputMode })();
    if (expected === runs) await started;
    else await expect(started).rejects.toMatchObject({ code: expected });
  });

  it('a message names the operator, the mode, the reason and what to do', async () => {
    const refused = (stream: Observable<unknown>, outputMode: OutputMode) =>
      testStream(stream, { outputMode })().then(
        () => '',
        (error: Error) => error.message,
      );
    for (const [, build, answers] of shapes) {
      for (const [i, mode] of modes.entries()) {
        if (answers[i] === runs) continue;
        const message = await refused(build(), mode);
        expect(message).toMatch(
          /aggregate|count|orderBy|limit|join|dropDuplicates|GroupsWithState|transformWithState|withWatermark|query/i,
        );
        expect(message).toMatch(/[:;] (use|put|give|add|start|keep|write)|use one of|or use/);
      }
    }
  });

  it('rows that are no stream need no query', async () => {
    await testStream(byKey(from(table)), { outputMode: 'complete' })();
  });
});
