import { of } from 'rxjs';
import * as ops from '../../index.js';

/** What a program without types may give; the operator that has to say so. */
const calls: readonly (readonly [operator: string, call: () => unknown])[] = [
  ['where', () => ops.where(null as never)],
  ['select', () => (ops.select as () => unknown)()],
  ['withColumns', () => ops.withColumns(undefined as never)],
  ['explode', () => ops.explode(1 as never)],
  ['explode', () => ops.explode((row: number[]) => row, 1 as never)],
  ['union', () => ops.union([1] as never)],
  ['limit', () => ops.limit(-1)],
  ['limit', () => ops.limit(1.5)],
  ['orderBy', () => ops.orderBy()],
  ['orderBy', () => ops.orderBy(7 as never)],
  ['orderBy', () => ops.orderBy(ops.asc(7 as never))],
  ['asc', () => ops.asc((row) => row, { nulls: 'FIRST' as never })],
  ['desc', () => ops.desc((row) => row, { nulls: 'FIRST' as never })],
  ['dropDuplicates', () => ops.dropDuplicates([] as never)],
  ['dropDuplicates', () => ops.dropDuplicates(7 as never)],
  ['dropDuplicates', () => ops.dropDuplicates({ eventTime: 'time' } as never)],
  ['dropDuplicatesWithinWatermark', () => ops.dropDuplicatesWithinWatermark([7] as never)],
  ['dropDuplicatesWithinWatermark', () => ops.dropDuplicatesWithinWatermark(7 as never)],
  ['withWatermark', () => ops.withWatermark(7 as never, 0)],
  ['withWatermark', () => ops.withWatermark(() => 0, -1)],
  ['withWatermark', () => ops.withWatermark(() => 0, 'soon')],
  ['withWatermark', () => ops.withWatermark(() => 0, 0, { idleAfter: 0 })],
  ['window', () => ops.window(0)],
  ['window', () => ops.window('1 month')],
  ['window', () => ops.window(10, { slide: 11 })],
  ['window', () => ops.window(10, { slide: 0 })],
  ['window', () => ops.window(10, { startTime: 10 })],
  ['sessionWindow', () => ops.sessionWindow(0)],
  ['sessionWindow', () => ops.sessionWindow('1 month')],
  ['windowTime', () => ops.windowTime('window' as never)],
  ['windowOf', () => ops.windowOf(() => 0, 0)],
  ['windowOf', () => ops.windowOf('time' as never, 10)],
  ['groupByKey', () => ops.groupByKey()],
  ['groupByKey', () => ops.groupByKey(7 as never)],
  ['aggregate', () => ops.aggregate({} as never)],
  ['aggregate', () => ops.aggregate(() => ({ n: 1 }) as never)],
  ['aggregate', () => ops.aggregate(() => null as never)],
  ['sum', () => ops.aggregate((rows) => ({ n: rows.sum('x' as never) }))],
  [
    'approxCountDistinct',
    () => ops.aggregate((r) => ({ n: r.approxCountDistinct((x) => x, { relativeError: 2 }) })),
  ],
  ['observe', () => ops.observe('', (rows) => ({ n: rows.count() }))],
  ['observe', () => ops.observe('name', null as never)],
  ['fromMonoid', () => ops.fromMonoid(null as never)],
  ['mapGroupsWithState', () => ops.mapGroupsWithState(null as never)],
  [
    'flatMapGroupsWithState',
    () => ops.flatMapGroupsWithState(() => [], { timeout: 'later' as never }),
  ],
  [
    'flatMapGroupsWithState',
    () => ops.flatMapGroupsWithState(() => [], { outputMode: 'complete' as never }),
  ],
  ['transformWithState', () => ops.transformWithState(null as never)],
  ['transformWithState', () => ops.transformWithState({ timeMode: 'never' } as never)],
  ['joinWith', () => ops.joinWith(of(1), { type: 'cross', on: 'x' } as never)],
  [
    'joinWith',
    () => ops.joinWith(of({ x: 1 }), { type: 'inner', on: 7, unbounded: true } as never),
  ],
  ['staticRows', () => ops.joinWith(7 as never, { type: 'inner', on: 'x' } as never)],
  ['joinWith', () => ops.joinWith(of({ x: 1 }), { type: 'inner', on: 'x', ttl: 0 } as never)],
  ['between', () => ops.between(2, 1)],
  ['outputMode', () => ops.outputMode('all' as never)],
  ['named', () => ops.named('', (rows) => rows)],
  ['named', () => ops.named('name', null as never)],
  ['staticRows', () => ops.staticRows(7 as never)],
];

describe('bad arguments', () => {
  it.each(calls.map(([operator, call], i) => [operator, i, call] as const))(
    '%s says so when it is built (%i)',
    (operator, _i, call) => {
      let thrown: unknown;
      try {
        call();
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(Error);
      expect(['TypeError', 'RangeError', 'StreamingError']).toContain((thrown as Error).name);
      expect((thrown as Error).message).toContain(operator);
    },
  );
});
