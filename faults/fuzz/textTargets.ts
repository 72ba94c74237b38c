import { isDeepStrictEqual } from 'node:util';
import { formatDdl, parseDdl } from '../../index.js';
import { LineSplitter } from '../../lib/sources/socket/lineSplitter.js';
import { durationMs } from '../../lib/time/duration.js';
import { dateParser, timestampParser } from '../../lib/time/timestamps.js';
import { answerOf, Flaw, isCoded, mutatedBytes, mutatedText, type Target } from './target.js';
import { textOf } from './values.js';

const schemas = [
  'a BIGINT NOT NULL, b DOUBLE, c STRING',
  'time TIMESTAMP, tags ARRAY<STRING>, more MAP<STRING, STRUCT<x: INT, y: DECIMAL(10,2)>>',
  '`odd ``name` STRUCT<inner: ARRAY<MAP<INT, DATE>>>, flag BOOLEAN',
];

/** A schema that is understood is understood again as it is printed. */
const ddl: Target = {
  name: 'DDL',
  attempts: 200,
  attempt(random) {
    const text = mutatedText(random.pick(schemas), random);
    const schema = answerOf(() => parseDdl(text), isArgument);
    if (schema === undefined) return;
    const again = answerOf(
      () => parseDdl(formatDdl(schema)),
      () => false,
    );
    if (!isDeepStrictEqual(again, schema))
      throw new Flaw(`${JSON.stringify(text)} changes in print`);
  },
};

const durations: Target = {
  name: 'durations',
  attempts: 300,
  attempt(random) {
    const samples = ['10 minutes', '1 hour 30 seconds', 'PT1H30M', '-5 ms', '1.5 days', 'P1DT2H'];
    const text = mutatedText(random.pick(samples), random);
    const ms = answerOf(() => durationMs(text, 'delay'), isArgument);
    if (ms === undefined) return;
    if (!Number.isSafeInteger(ms) || ms < 0) throw new Flaw(`${JSON.stringify(text)} gives ${ms}`);
  },
};

/** NaN is "no time"; anything else lies where a Date reaches. */
const timestamps: Target = {
  name: 'timestamps',
  attempts: 300,
  attempt(random) {
    const samples = [
      '2024-02-29T23:59:59.999Z',
      '2024-01-01 00:00:00',
      '-0001-01-01',
      '+12024-12-31',
    ];
    const text = mutatedText(random.pick(samples), random);
    for (const parse of [utc, paris, day]) {
      const ms = answerOf(
        () => parse(text),
        () => false,
      );
      if (ms === undefined || Number.isNaN(ms)) continue;
      if (Math.abs(ms) > 8.64e15) throw new Flaw(`${JSON.stringify(text)} gives ${ms}`);
    }
  },
};

const utc = timestampParser();
const paris = timestampParser({ timeZone: 'Europe/Paris' });
const day = dateParser();

/** Lines are the same however the bytes were cut, and no line is longer than allowed. */
const lines: Target = {
  name: 'socket lines',
  attempts: 100,
  attempt(random) {
    const text = `${textOf(random)}\r\n漢${textOf(random)}\n${textOf(random)}`;
    const bytes = mutatedBytes(Buffer.from(text), random);
    const whole = linesOf([bytes]);
    const cut: Buffer[] = [];
    for (let from = 0; from < bytes.length; ) {
      const to = from + random.between(1, 6);
      cut.push(bytes.subarray(from, to));
      from = to;
    }
    if (!isDeepStrictEqual(linesOf(cut), whole)) throw new Flaw(`depends on the cut: ${bytes}`);
  },
};

const mostBytes = 30;

function linesOf(chunks: readonly Buffer[]): string[] {
  const found: string[] = [];
  const splitter = new LineSplitter(mostBytes, {
    line: (text, bytes) => {
      if (bytes > mostBytes) throw new Flaw(`a line of ${bytes} bytes`);
      found.push(text);
    },
    tooLong: (head) => found.push(`too long: ${head}`),
  });
  for (const chunk of chunks) splitter.push(Buffer.from(chunk));
  splitter.end();
  return found;
}

function isArgument(error: unknown): boolean {
  return isCoded(error) || error instanceof TypeError || error instanceof RangeError;
}

export const textTargets: readonly Target[] = [ddl, durations, timestamps, lines];
