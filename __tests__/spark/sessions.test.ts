import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import {
  addData,
  assertState,
  checkLastBatch,
  checkNewAnswer,
  restart,
  testStream,
} from '../../lib/testing/index.js';
import { count } from '../../operators/count.js';
import { explode } from '../../operators/explode.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { select } from '../../operators/select.js';
import { sessionWindow } from '../../operators/sessionWindow.js';
import { withWatermark } from '../../operators/withWatermark.js';
import { checkpoints, ms } from './sparkScript.js';

type Line = readonly [text: string, seconds: number];
type Session = readonly [word: string, start: number, end: number, length: number, count: number];

/** Delay 30 s; each word a row. */
function words(gapOf: (word: string) => number, key: (word: string) => unknown = (word) => word) {
  const lines = memoryStream<Line>();
  const sessions = readStream(lines).pipe(
    withWatermark(([, seconds]) => ms(seconds), '30 seconds'),
    explode(
      ([text]) => text.split(' '),
      (_line, word) => word,
    ),
    groupByKey(key),
    sessionWindow((word) => ms(gapOf(word)), { timestamps: 'ms' }),
    count(),
    select((row): Session => {
      const [start, end] = [row.window.start / 1000, row.window.end / 1000];
      return [wordOf(row.key), start, end, end - start, row.count];
    }),
  );
  return { lines, sessions };
}

function wordOf(key: unknown): string {
  if (Array.isArray(key)) return String(key.flat()[0]);
  return typeof key === 'object' && key !== null ? String(Reflect.get(key, 'word')) : String(key);
}

const tenSeconds = (): number => 10;

/** semantics/spark.md 3.7 */
describe('StreamingSessionWindowSuite', () => {
  const checkpoint = checkpoints();
  const first: Session[] = [
    ['hello', 40, 51, 11, 2],
    ['world', 40, 51, 11, 2],
    ['structured', 41, 51, 10, 1],
  ];
  const lines40: Line[] = [
    ['hello world spark streaming', 40],
    ['world hello structured streaming', 41],
  ];

  it.each<[string, (word: string) => unknown]>([
    ['a word', (word) => word],
    ['a nested tuple', (word) => [[word, word.length], word]],
    ['several columns', (word) => ({ word, length: word.length })],
  ])('complete mode gives all sessions; a row that touches joins: %s', (_name, key) => {
    const { lines, sessions } = words(tenSeconds, key);
    const merged: Session[] = [...first, ['spark', 25, 50, 25, 3], ['streaming', 25, 51, 26, 4]];
    const at60: Session[] = [
      ['hello', 60, 70, 10, 1],
      ['apache', 60, 70, 10, 1],
      ['spark', 60, 70, 10, 1],
    ];
    return testStream(sessions, {
      outputMode: 'complete',
      checkpointLocation: checkpoint.folder,
    })(
      addData(lines, ...lines40),
      checkLastBatch(...first, ['streaming', 40, 51, 11, 2], ['spark', 40, 50, 10, 1]),
      addData(lines, ['spark streaming', 25]),
      checkLastBatch(
        ...first,
        ['streaming', 40, 51, 11, 2],
        ['spark', 40, 50, 10, 1],
        ['spark', 25, 35, 10, 1],
        ['streaming', 25, 35, 10, 1],
      ),
      restart,
      addData(lines, ['spark streaming', 30]), // 30 + 10 touches 40
      checkLastBatch(...merged),
      addData(lines, ['hello apache spark', 60]),
      checkLastBatch(...merged, ...at60),
      addData(lines, ['structured streaming', 90]),
      checkLastBatch(
        ...merged,
        ...at60,
        ['structured', 90, 100, 10, 1],
        ['streaming', 90, 100, 10, 1],
      ),
    );
  });

  it('append mode gives a session when the watermark has passed its end', () => {
    const { lines, sessions } = words(tenSeconds);
    return testStream(sessions, { checkpointLocation: checkpoint.folder })(
      addData(lines, ...lines40), // W 11 s
      checkNewAnswer(),
      addData(lines, ['spark streaming', 25]),
      checkNewAnswer(),
      addData(lines, ['spark streaming', 0]), // [0, 10) ends before 11 s
      checkNewAnswer(),
      assertState({ dropped: 2 }),
      restart,
      addData(lines, ['spark streaming', 30]),
      checkNewAnswer(),
      addData(lines, ['hello apache spark', 60]), // W 30 s
      checkNewAnswer(),
      addData(lines, ['structured streaming', 90]), // W 60 s
      checkNewAnswer(...first, ['spark', 25, 50, 25, 3], ['streaming', 25, 51, 26, 4]),
    );
  });

  it('a gap of a row: 0 and less leave it out', () => {
    const gaps: Record<string, number> = { hello: 1, structured: 0, world: -10 };
    const { lines, sessions } = words((word) => gaps[word] ?? 10);
    return testStream(sessions)(
      addData(lines, ...lines40),
      addData(lines, ['spark streaming', 25]),
      addData(lines, ['spark streaming', 30]),
      addData(lines, ['hello apache spark', 60]),
      checkNewAnswer(),
      addData(lines, ['structured streaming', 90]),
      checkNewAnswer(
        ['spark', 25, 50, 25, 3],
        ['streaming', 25, 51, 26, 4],
        ['hello', 40, 42, 2, 2],
      ),
    );
  });

  it.each([
    ['update', true, 'SESSION_MODE'],
    ['append', false, 'SESSION_NEEDS_KEY'],
    ['complete', false, 'SESSION_NEEDS_KEY'],
  ] as const)('%s mode with key: %s is refused with %s', async (outputMode, keyed, code) => {
    const lines = memoryStream<Line>();
    const rows = readStream(lines).pipe(withWatermark(([, s]) => ms(s), '30 seconds'));
    const sessions = keyed
      ? rows.pipe(
          groupByKey(([word]) => word),
          sessionWindow('10 seconds'),
          count(),
        )
      : rows.pipe(sessionWindow('10 seconds'), count());
    await expect(testStream(sessions as never, { outputMode })()).rejects.toMatchObject({ code });
  });
});
