import { parseDdl } from '../../lib/schema/ddl.js';
import { BadRecords } from '../../lib/sources/files/badRecords.js';
import { JsonLineDecoder, jsonRules } from '../../lib/sources/files/jsonLines.js';
import { medianOf, parseArguments, shortNumber, tableOf, timeAlternately } from '../figures.js';
import { eventSchema } from '../nexmark/event.js';
import { Generator } from '../nexmark/generator/generate.js';

/**
 * JSON lines to rows: `npm run bench:json -- [--events 100000] [--rounds 15] [--json]`.
 *
 * Both contenders begin with the same bytes and end with one object per event, every field read: one as
 * text, split at line feeds and given to `JSON.parse`, the other as `jsonFiles` reads blocks of 1 MiB.
 */
const args = parseArguments(process.argv.slice(2), {
  events: '100000',
  rounds: '15',
  json: 'false',
});
const events = Number(args.events);
const blockBytes = 1_048_576;

const bytes = Buffer.from(
  Array.from(new Generator().events(events), (event) => `${JSON.stringify(event)}\n`).join(''),
);
const rules = jsonRules(parseDdl(eventSchema), {});
const bad = new BadRecords<object>('bench', 'events', 'FAILFAST', {
  failed: (_, error) => {
    throw error;
  },
  dropped: () => undefined,
});

/** Chunk after chunk, as a query takes them: none is kept, so both pay for young objects only. */
let rows = 0;
let sum = 0;

function use(chunk: readonly object[]): void {
  rows += chunk.length;
  for (const row of chunk) sum += (row as { event_type: number }).event_type;
}

function byParse(): void {
  for (const block of blocks()) {
    const chunk: object[] = [];
    const lines = block.toString('utf8').split('\n');
    for (const line of lines) if (line !== '') chunk.push(JSON.parse(line) as object);
    use(chunk);
  }
}

function byReader(): void {
  const decoder = new JsonLineDecoder(rules, undefined, 0, bad as BadRecords<never>);
  for (const block of blocks()) {
    for (let at = 0; at < block.length; ) {
      const chunk: Readonly<Record<string, unknown>>[] = [];
      at = decoder.decode(block, at, block.length, chunk);
      use(chunk);
    }
  }
}

/** Whole lines. */
function* blocks(): Generator_<Buffer> {
  for (let start = 0; start < bytes.length; ) {
    const limit = Math.min(bytes.length, start + blockBytes);
    const end = bytes.lastIndexOf(10, limit - 1) + 1;
    yield bytes.subarray(start, end);
    start = end;
  }
}

type Generator_<T> = globalThis.Generator<T, void, void>;

const rounds = Number(args.rounds);
const seconds = await timeAlternately({ parse: byParse, reader: byReader }, rounds, 3);
const ratios = seconds.parse.map((parse, round) => parse / (seconds.reader[round] ?? Number.NaN));
const rate = (name: 'parse' | 'reader') => events / medianOf(seconds[name]);
const figures = {
  events,
  bytes: bytes.length,
  parseRowsPerSecond: rate('parse'),
  readerRowsPerSecond: rate('reader'),
  ratio: medianOf(ratios),
};
if (rows % events !== 0 || sum === 0) throw new Error(`${rows} rows of ${events} events`);
if (args.json === 'true') console.log(JSON.stringify(figures));
else {
  const line = (name: string, perSecond: number) => [
    name,
    shortNumber(perSecond),
    `${((bytes.length / events) * perSecond * 1e-6).toFixed(0)} MB/s`,
  ];
  console.log(
    tableOf(
      ['JSON lines to rows', 'rows/s', 'bytes'],
      [
        line('decode + split + JSON.parse', figures.parseRowsPerSecond),
        line('jsonFiles', figures.readerRowsPerSecond),
      ],
    ),
  );
  console.log(`\nratio ${figures.ratio.toFixed(2)} (median of ${rounds} rounds; bar 1.5)`);
}
