import { statSync } from 'node:fs';
import fc from 'fast-check';
import { parseDdl } from '../../../lib/schema/ddl.js';
import { csvDialect } from '../../../lib/sources/files/csvDialect.js';
import { csvFormat } from '../../../lib/sources/files/csvFormat.js';
import {
  type FileFormat,
  type InFile,
  startOfFile,
} from '../../../lib/sources/files/fileFormat.js';
import { jsonFormat } from '../../../lib/sources/files/jsonFormat.js';
import { Reported } from '../sourceContext.js';
import { testFolder } from './folder.js';

const folder = testFolder();
const common = {
  source: 'test',
  schema: parseDdl('n INT, s STRING'),
  convert: {},
  maxLineBytes: 4096,
  mode: undefined,
};

const json = (blockBytes: number) => jsonFormat({ ...common, blockBytes });
const csv = (multiLine: boolean, header: boolean) => (blockBytes: number) =>
  csvFormat({
    ...common,
    dialect: csvDialect('test', { multiLine }),
    header,
    enforceSchema: true,
    blockBytes,
  });

const jsonPieces = [
  '{"n":1}',
  '{"n":2,"s":"a\\"b"}',
  '{"s":"é😀 longer than a block of bytes"}',
  '{',
  ' ',
  '',
  '\r',
  'x',
];
const csvPieces = [
  '1,a',
  '2,"b ""c"""',
  '3,"d\ne"',
  '"',
  ',',
  '4,"open',
  '',
  '  ',
  '5,"f"g',
  '\r',
  'é,x',
  '6,""',
];

interface Outcome {
  readonly rows: readonly unknown[];
  readonly failures: readonly string[];
}

async function outcome(
  format: FileFormat<unknown>,
  path: string,
  maxRows: number,
): Promise<Outcome> {
  const file = { path, size: statSync(path).size, partition: new Map<string, string>() };
  const report = new Reported();
  const rows: unknown[] = [];
  for (let from: InFile = startOfFile, ended = false; !ended; ) {
    const { at, rows: most, atEnd } = await format.advance(file, from, maxRows);
    const before = rows.length + report.failures.length;
    const end = atEnd ? undefined : at;
    for await (const chunk of format.read(file, from, end, report)) rows.push(...chunk);
    expect(rows.length + report.failures.length - before).toBeLessThanOrEqual(most);
    from = at;
    ended = atEnd;
  }
  return { rows, failures: report.failures.map(({ error }) => error.message) };
}

describe.each([
  ['JSON lines', json, jsonPieces],
  ['CSV', csv(false, false), csvPieces],
  ['CSV with a header', csv(false, true), csvPieces],
  ['CSV with line breaks', csv(true, false), csvPieces],
  ['CSV with line breaks and a header', csv(true, true), csvPieces],
])('%s', (_, formatOf, pieces) => {
  it('gives the same rows and errors, whatever the blocks and wherever a file is split', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...pieces), { maxLength: 14 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.integer({ min: 8, max: 80 }),
        fc.integer({ min: 1, max: 4 }),
        async (lines, end, ended, blockBytes, maxRows) => {
          const path = folder.write('a', `\ufeff${lines.join(end)}${ended ? end : ''}`);
          const whole = await outcome(formatOf(4096), path, Number.POSITIVE_INFINITY);
          expect(await outcome(formatOf(blockBytes), path, Number.POSITIVE_INFINITY)).toEqual(
            whole,
          );
          expect(await outcome(formatOf(blockBytes), path, maxRows)).toEqual(whole);
        },
      ),
      { numRuns: 60 },
    );
  });
});
