import { type Observable, take } from 'rxjs';
import {
  aggregate,
  between,
  count,
  dropDuplicates,
  flatMapGroupsWithState,
  groupByKey,
  joinWith,
  limit,
  mapGroupsWithState,
  memorySink,
  memoryStream,
  type OutputMode,
  orderBy,
  readStream,
  sessionWindow,
  transformWithState,
  where,
  window,
  withWatermark,
  writeStream,
} from '../../index.js';
import { textOf } from './markdown.js';

interface Row {
  readonly id: string;
  readonly at: number;
}
type Stream = Observable<Row>;

const marked = (): Stream =>
  readStream(memoryStream<Row>()).pipe(withWatermark((row) => row.at, '1 second'));
const joined = (type: 'inner' | 'leftOuter') =>
  marked().pipe(joinWith(marked(), { type, on: 'id', within: between(0, '1 minute') }));
const sameRows = (mode: 'append' | 'update', timeout?: 'eventTime') =>
  marked().pipe(
    groupByKey((row) => row.id),
    flatMapGroupsWithState((_key, rows: readonly Row[]) => rows, {
      outputMode: mode,
      ...(timeout ? { timeout } : {}),
    }),
  );
const processed = () =>
  marked().pipe(
    groupByKey((row) => row.id),
    transformWithState({ timeMode: 'none', init: () => 0, handleInputRows: (_k, rows) => rows }),
  );
const timed = () =>
  marked().pipe(
    groupByKey((row) => row.id),
    transformWithState({
      timeMode: 'eventTime',
      init: () => 0,
      handleInputRows: (_k, rows: readonly Row[]) => rows,
      eventTime: (row) => row.at,
    }),
  );
const hours = (stream: Stream) => stream.pipe(window('1 hour', { time: (row) => row.at }), count());
const counted = <T>(stream: Observable<T>) =>
  stream.pipe(
    groupByKey(() => 'all'),
    count(),
  );
const perHour = () => marked().pipe(window('1 hour'), count());

/** A row of the table: the stream alone, before an aggregate, and behind one. */
interface Shape {
  readonly alone: () => Observable<unknown>;
  readonly before?: () => Observable<unknown>;
  readonly behind?: () => Observable<unknown>;
}
const shapes: readonly (readonly [start: string, shape: Shape])[] = [
  [
    'row by row',
    {
      alone: () =>
        marked().pipe(
          where(() => true),
          take(1),
        ),
    },
  ],
  ['`aggregate` by event time or window', { alone: perHour }],
  ['`aggregate` without either', { alone: () => counted(marked()) }],
  [
    '`aggregate` over `sessionWindow`',
    {
      alone: () =>
        marked().pipe(
          groupByKey((row) => row.id),
          sessionWindow('1 minute'),
          aggregate((rows) => ({ n: rows.count() })),
        ),
    },
  ],
  [
    '`dropDuplicates`',
    {
      alone: () => marked().pipe(dropDuplicates((row) => row.id)),
      before: () => counted(marked().pipe(dropDuplicates((row) => row.id))),
    },
  ],
  [
    '`mapGroupsWithState`',
    {
      alone: () =>
        marked().pipe(
          groupByKey((row) => row.id),
          mapGroupsWithState((key) => key),
        ),
    },
  ],
  [
    "`flatMapGroupsWithState` with `outputMode: 'append'`",
    { alone: () => sameRows('append'), before: () => counted(sameRows('append')) },
  ],
  ["`flatMapGroupsWithState` with `outputMode: 'update'`", { alone: () => sameRows('update') }],
  [
    '`aggregate` by window behind `flatMapGroupsWithState`',
    { alone: () => hours(sameRows('append')) },
  ],
  ["the same with `timeout: 'eventTime'`", { alone: () => hours(sameRows('append', 'eventTime')) }],
  [
    '`aggregate` by window behind `transformWithState` with `eventTime`',
    { alone: () => timed().pipe(window('1 hour'), count()) },
  ],
  ['`transformWithState`', { alone: processed, before: () => counted(processed()) }],
  ['join of two streams: `inner`', { alone: () => joined('inner') }],
  ['join of two streams: other types', { alone: () => joined('leftOuter') }],
  [
    '`limit`',
    { alone: () => marked().pipe(limit(1)), behind: () => counted(marked()).pipe(limit(1)) },
  ],
  [
    '`orderBy`',
    {
      alone: () => marked().pipe(orderBy((row) => row.id)),
      behind: () => counted(marked()).pipe(orderBy((row) => row.key)),
    },
  ],
  ['an aggregate of an aggregate', { alone: () => perHour().pipe(window('1 day'), count()) }],
];

function runs(stream: Observable<unknown>, outputMode: OutputMode): boolean {
  try {
    void writeStream(stream, { sink: memorySink(), outputMode }).stop();
    return true;
  } catch {
    return false;
  }
}

/** What the cell says: the shape alone, before and behind an aggregate. */
function told(cell: string): { readonly alone: boolean; readonly with?: 'before' | 'behind' } {
  const [, where] = /^(before|behind) an aggregate/.exec(cell) ?? [];
  if (where === 'before' || where === 'behind') return { alone: false, with: where };
  return { alone: cell.startsWith('yes') || cell.startsWith('when closed') };
}

const modes = ['append', 'update', 'complete'] as const;
const table = textOf('docs/guide/output-modes.md')
  .split('## Which operator takes which mode')[1]
  ?.split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| Query'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

describe('the table of output modes', () => {
  it('has the shapes that are tried here', () => {
    const names = (table ?? []).map(([, name]) => name ?? '');
    expect(names.filter((name) => !shapes.some(([start]) => name.startsWith(start)))).toEqual([]);
    expect(names).toHaveLength(shapes.length);
  });

  it.each(shapes)('is right about: %s', (start, shape) => {
    const cells = table?.find(([, name]) => name?.startsWith(start))?.slice(2, 5) ?? [];
    modes.forEach((mode, i) => {
      const says = told(cells[i] ?? '');
      expect([mode, runs(shape.alone(), mode)]).toEqual([mode, says.alone]);
      const stream = says.with && shape[says.with];
      if (stream) expect([mode, says.with, runs(stream(), mode)]).toEqual([mode, says.with, true]);
    });
  });
});
