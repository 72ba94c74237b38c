import type { Observable } from 'rxjs';
import type { OutputMode } from '../../lib/plan/outputMode.js';
import { planGraph } from '../../lib/plan/planGraph.js';
import { inputWatermarks } from '../../lib/plan/watermarkFlow.js';
import { writeStream } from '../../lib/query/writeStream.js';
import { memorySink } from '../../lib/sinks/memorySink.js';
import { memoryStream } from '../../lib/sources/memoryStream.js';
import { planOf } from '../../lib/stream/dataStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import { between } from '../../operators/between.js';
import { stateOffsets, type TimeConjunct } from '../../operators/internal/join/timeBounds.js';
import { type JoinType, joinWith, type TimeBound } from '../../operators/joinWith.js';
import { where } from '../../operators/where.js';
import { withWatermark } from '../../operators/withWatermark.js';

interface Row {
  readonly k: number;
  readonly t: number;
}

const plain = readStream(memoryStream<Row>());
const marked = plain.pipe(withWatermark((r) => r.t, 0));

/** Joins that the types refuse, to see what the rules say. */
function join(
  type: JoinType,
  options: object,
  left: Observable<Row> = marked,
  right: Observable<Row> = marked,
): Observable<unknown> {
  return left.pipe(joinWith(right, { type, on: 'k', ...options } as never));
}

function start(stream: Observable<unknown>, outputMode: OutputMode = 'append'): void {
  void writeStream(stream, { sink: memorySink(), outputMode }).stop();
}

const fromBelow: readonly TimeBound[] = [{ left: '>=', plus: '-1 minute' }];
const fromAbove: readonly TimeBound[] = [{ left: '<=', plus: '1 minute' }];
const onTime = [(r: Row) => r.t, (r: Row) => r.t];

describe('joins that are refused before the query starts', () => {
  it.each<[string, string, Observable<unknown>]>([
    ['inner without a bound', 'JOIN_NEEDS_BOUND', join('inner', {})],
    [
      'inner, bound without watermarks',
      'JOIN_NEEDS_BOUND',
      join('inner', { onTime }, plain, plain),
    ],
    ['left outer without a bound', 'JOIN_NEEDS_BOUND', join('leftOuter', { unbounded: true })],
    ['left outer bounded above', 'JOIN_NEEDS_BOUND', join('leftOuter', { within: fromAbove })],
    ['left semi bounded above', 'JOIN_NEEDS_BOUND', join('leftSemi', { within: fromAbove })],
    ['left anti bounded above', 'JOIN_NEEDS_BOUND', join('leftAnti', { within: fromAbove })],
    ['left anti without a bound', 'JOIN_NEEDS_BOUND', join('leftAnti', {})],
    ['right outer bounded below', 'JOIN_NEEDS_BOUND', join('rightOuter', { within: fromBelow })],
    ['full outer without a bound', 'JOIN_NEEDS_BOUND', join('fullOuter', {})],
    [
      'left outer, the right without watermark',
      'JOIN_NEEDS_EVENT_TIME',
      join('leftOuter', { within: fromBelow }, marked, plain),
    ],
    [
      'own times, one without watermark',
      'JOIN_NEEDS_EVENT_TIME',
      join('inner', { onTime: true }, plain),
    ],
    [
      'left outer bounded by a column',
      'JOIN_NEEDS_BOUND',
      join('leftOuter', { within: { left: '>=', rightTime: (r: Row) => r.t } }),
    ],
    ['no key', 'JOIN_NEEDS_EQUALITY', join('inner', { on: undefined, unbounded: true })],
    ['no columns', 'JOIN_NEEDS_EQUALITY', join('inner', { on: [], unbounded: true })],
  ])('%s', (_name, code, stream) => {
    expect(() => start(stream)).toThrow(expect.objectContaining({ code }));
  });

  it.each<[JoinType, OutputMode]>([
    ['leftOuter', 'update'],
    ['rightOuter', 'update'],
    ['fullOuter', 'update'],
    ['leftAnti', 'update'],
    ['inner', 'complete'],
  ])('%s in %s mode', (type, outputMode) => {
    const stream = join(type, { within: between(0, 0) });
    expect(() => start(stream, outputMode)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(JOIN_MODE|OUTPUT_MODE)/) }),
    );
  });

  it.each<[string, Observable<unknown>]>([
    ['inner that says so', join('inner', { unbounded: true }, plain, plain)],
    ['inner bounded on one side', join('inner', { within: fromAbove })],
    ['left outer bounded below', join('leftOuter', { within: fromBelow })],
    ['left anti bounded below', join('leftAnti', { within: fromBelow })],
    ['right outer bounded above', join('rightOuter', { within: fromAbove })],
    ['full outer bounded on one side', join('fullOuter', { within: fromAbove })],
    ['outer with a time key, one watermark', join('fullOuter', { onTime }, marked, plain)],
    ['a time key and nothing else', join('leftOuter', { on: undefined, onTime: true })],
  ])('but not %s', (_name, stream) => {
    expect(() => start(stream)).not.toThrow();
  });
});

describe('bad arguments', () => {
  it.each<[string, object, RegExp]>([
    ['type', { type: 'outer' }, /type must be one of inner, .* got "outer"/],
    ['on', { on: [(r: Row) => r.k] }, /on must be .* got an array of function/],
    ['on', { on: 3 }, /on must be .* got number/],
    ['onTime', { onTime: [1, 2] }, /onTime must be true or/],
    ['within', { within: { left: '=' } }, /left: '<', .* got "="/],
    ['within', { within: { left: '<', plus: 'soon' } }, /plus of a bound in within/],
    ['ttl', { ttl: 0 }, /ttl must be longer than 0 ms/],
    ['ttl', { type: 'leftOuter', ttl: 5 }, /ttl is for inner joins/],
  ])('%s', (_name, options, message) => {
    expect(() => join('inner', options)).toThrow(message);
  });

  it('between refuses an empty interval', () => {
    expect(() => between('1 second', '999 milliseconds')).toThrow(RangeError);
    expect(between(0, 0)).toHaveLength(2);
  });
});

describe('state bounds', () => {
  const bound = (cmp: TimeConjunct['cmp'], plusMs: number): TimeConjunct => ({
    cmp,
    plusMs,
    leftTime: undefined,
    rightTime: undefined,
  });

  it.each<[string, TimeConjunct[], number | undefined]>([
    ['left > right', [bound('>', 0)], 0],
    ['left >= right', [bound('>=', 0)], -1],
    ['left < right', [bound('<', 0)], undefined],
    ['left <= right', [bound('<=', 0)], undefined],
    ['left > right + 1 s', [bound('>', 1000)], 1000],
    ['left > right - 3 s', [bound('>', -3000)], -3000],
    ['the least of two', [bound('>', -3000), bound('>', -2000)], -3000],
    ['the usable of two', [bound('<', 5), bound('>', -2000)], -2000],
    ['another column', [{ ...bound('>', 0), rightTime: () => 0 }], undefined],
  ])('%s bounds the left', (_name, conjuncts, expected) => {
    expect(stateOffsets(conjuncts).left).toBe(expected);
  });

  it.each<[string, readonly TimeBound[], number]>([
    ['right to right + 40 s', between(0, 40_000), -40_001],
    ['right - 30 s to right', between(-30_000, 0), -30_001],
    ['both', between(-30_000, 40_000), -40_001],
    [
      'strict',
      [
        { left: '>', plus: -5 },
        { left: '<', plus: 5 },
      ],
      -5,
    ],
  ])('the watermark behind a join from %s lags by the older side', (_name, within, lag) => {
    const behind = where((_row: unknown) => true)(join('inner', { within }));
    const graph = planGraph(planOf(behind));
    expect(inputWatermarks(graph, 100_000).get(graph.root)).toBe(100_000 + lag);
    expect(inputWatermarks(graph, 0).get(graph.root)).toBe(0);
  });

  it('the watermark behind a join on time is that of its inputs', () => {
    const graph = planGraph(planOf(where((_row: unknown) => true)(join('inner', { onTime }))));
    expect(inputWatermarks(graph, 100_000).get(graph.root)).toBe(100_000);
  });
});
