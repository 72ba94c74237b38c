import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { StreamingError } from '../../../lib/errors.js';
import { parseDdl } from '../../../lib/schema/ddl.js';
import type { BadRecordMode } from '../../../lib/sources/files/badRecords.js';
import {
  type FileFormat,
  type InFile,
  startOfFile,
} from '../../../lib/sources/files/fileFormat.js';
import { jsonFormat } from '../../../lib/sources/files/jsonFormat.js';
import { lineBlocks } from '../../../lib/sources/files/lineBlocks.js';
import { ThreadedBlocks } from '../../../lib/sources/files/threadedBlocks.js';
import { Reported } from '../sourceContext.js';
import { builtModule } from './builtModule.js';
import { testFolder } from './folder.js';

const folder = testFolder();
const schema = parseDdl(
  'n INT NOT NULL, s STRING, at TIMESTAMP, in STRUCT<d: DOUBLE, b: BOOLEAN>, day DATE, bad STRING',
);
const home = mkdtempSync(join(tmpdir(), 'millrace-'));
const module = builtModule('lib/sources/files/decodeThread.ts', home);
afterAll(() => rmSync(home, { recursive: true, force: true }));

const pieces = [
  '{"n":1,"s":"short","at":"2026-01-02T03:04:05Z"}',
  '{"n":2,"s":"a\\"b, and longer than twelve","in":{"d":1.5,"b":true}}',
  '{"n":3,"s":"é😀 \\u00e9 \\ud800","in":{"d":-0,"b":false,"x":[1]}}',
  '  {"s":null, "n":4, "in":null} ',
  '{"n":5,"in":{},"day":"2026-01-03"}',
  '{"n":6,"n":7}',
  '{"s":"no n"}',
  '{"n":"x"}',
  '{',
  '',
];

interface Outcome {
  readonly rows: unknown[];
  readonly failures: string[];
  readonly dropped: number;
}

async function read(
  format: FileFormat<unknown>,
  path: string,
  maxRows = Number.POSITIVE_INFINITY,
  folders: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const partition = new Map(Object.entries(folders));
  const file = { path, size: statSync(path).size, partition };
  const report = new Reported();
  const rows: unknown[] = [];
  for (let from: InFile = startOfFile, ended = false; !ended; ) {
    const { at, atEnd } = await format.advance(file, from, maxRows);
    const upTo = atEnd ? undefined : at;
    for await (const chunk of format.read(file, from, upTo, report)) rows.push(...chunk);
    from = at;
    ended = atEnd;
  }
  const failures = report.failures.map(({ raw, error }) => `${raw}: ${error.message}`);
  return { rows, failures, dropped: report.droppedRows };
}

const formatOf = (blockBytes: number, mode?: BadRecordMode, thread: URL | undefined = module) =>
  jsonFormat({
    source: 'test',
    schema,
    convert: { corruptColumn: 'bad' },
    maxLineBytes: 4096,
    mode,
    blockBytes,
    ahead: { minBytes: 0, module: thread },
  });

describe('lines that another thread decodes', () => {
  it.each([undefined, 'PERMISSIVE', 'DROPMALFORMED'] as const)(
    'are the rows and errors of one thread, wherever a file is split (%s)',
    async (mode) => {
      const plain = formatOf(4096, mode);
      const threaded = [16, 200, 4096].map((bytes) => formatOf(bytes, mode).opened());
      const lines = fc.array(fc.constantFrom(...pieces), { maxLength: 40 });
      await fc.assert(
        fc.asyncProperty(lines, fc.integer({ min: 1, max: 30 }), async (all, maxRows) => {
          const path = folder.write('a', `\ufeff${all.join('\n')}`);
          const expected = await read(plain, path);
          for (const format of threaded) {
            expect(await read(format, path)).toEqual(expected);
            expect(await read(format, path, maxRows)).toEqual(expected);
          }
        }),
        { numRuns: 30 },
      );
      for (const format of threaded) await format.close();
    },
  );

  it('stop at the first bad one in mode FAILFAST, with its line', async () => {
    const path = folder.write('a', `${'{"n":1}\n'.repeat(50)}{\n${'{"n":1}\n'.repeat(50)}`);
    const format = formatOf(64, 'FAILFAST').opened();
    const failed = await read(format, path).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'BAD_RECORD', params: { file: path, line: 51 } });
    await format.close();
  });

  it('have the columns of their folders, whatever those are', async () => {
    const path = folder.write(
      'a',
      `${'{"n":1}\n'.repeat(20)}{\n${'{"n":2,"day":"2026-01-01"}\n'.repeat(20)}`,
    );
    const plain = formatOf(64, 'DROPMALFORMED');
    const format = formatOf(64, 'DROPMALFORMED').opened();
    for (let times = 0; times < 10; times++) {
      for (const folders of [{ day: '2026-01-02', zone: '1' }, { city: 'Bonn' }, {}]) {
        const expected = await read(plain, path, 7, folders);
        expect(await read(format, path, 7, folders)).toEqual(expected);
      }
    }
    await format.close();
  });

  it('may be longer than a block, or than a line may be', async () => {
    const long = (length: number) => `{"n":1,"s":"${'x'.repeat(length)}"}`;
    const path = folder.write('a', [1000, 5000, 1, 5000, 4000].map(long).join('\n'));
    const format = formatOf(64).opened();
    expect(await read(format, path)).toEqual(await read(formatOf(64), path));
    await format.close();
  });
});

/** Blocks of a file with 200 lines. */
function blocksOf(path: string) {
  const file = { path, size: statSync(path).size, partition: new Map<string, string>() };
  const options = { source: 'test', maxLineBytes: 4096, blockBytes: 64 };
  return lineBlocks(file, startOfFile, undefined, options);
}

const threadOf = (url: URL) =>
  new ThreadedBlocks({ source: 'test', module: url, task: { schema, convert: {} } });

/** Reads a file again and again until `found` says that it has seen enough. */
async function readUntil(
  threaded: ThreadedBlocks,
  path: string,
  found: (decoded: boolean) => boolean,
): Promise<void> {
  for (;;) {
    for await (const { decoded } of threaded.over(path, blocksOf(path))) {
      if (found(decoded !== undefined)) return;
    }
  }
}

describe('the thread', () => {
  const write = () => folder.write('a', '{"n":1,"s":"one of two hundred"}\n'.repeat(200));

  it('decodes blocks while those before are read (generated code)', async () => {
    const threaded = threadOf(module);
    await readUntil(threaded, write(), (decoded) => decoded);
    await threaded.close();
  });

  it('is free for the next range after a stop in the middle of one (generated code)', async () => {
    const threaded = threadOf(module);
    const path = write();
    for (let stops = 0; stops < 50; stops++) {
      let left = stops % 7;
      await readUntil(threaded, path, () => left-- === 0);
    }
    let lines = 0;
    for await (const block of threaded.over(path, blocksOf(path))) {
      lines += block.bytes.toString('latin1', block.start, block.end).split('\n').length - 1;
    }
    expect(lines).toBe(200);
    await readUntil(threaded, path, (decoded) => decoded);
    await threaded.close();
  });

  it('leaves a second range that is read at the same time alone', async () => {
    const threaded = threadOf(module);
    const path = write();
    const first = threaded.over(path, blocksOf(path));
    await first.next();
    for await (const { decoded } of threaded.over(path, blocksOf(path))) {
      expect(decoded).toBeUndefined();
    }
    await first.return(undefined);
    await threaded.close();
  });

  it('is named with the file when it ends in the middle of a block', async () => {
    const dying = join(home, 'dying.js');
    writeFileSync(
      dying,
      `import { parentPort, workerData } from 'node:worker_threads';
       import { DecodeSlot } from './lib/sources/files/decodeSlot.js';
       const slots = workerData.slots.map((memory) => new DecodeSlot(memory));
       parentPort.on('message', () => {
         if (slots.some((slot) => slot.claim())) throw new Error('out of memory');
       });`,
    );
    const threaded = threadOf(pathToFileURL(dying));
    const path = write();
    const failed = await readUntil(threaded, path, () => false).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(StreamingError);
    expect(failed).toMatchObject({ code: 'DECODE_THREAD_ENDED', params: { file: path } });
    expect(String(failed)).toContain('out of memory');
    await threaded.close();
  });

  it('is not needed: without its module all is decoded by the thread that reads', async () => {
    const format = formatOf(64, undefined, pathToFileURL(join(home, 'missing.js'))).opened();
    const path = write();
    for (let times = 0; times < 3; times++) {
      expect((await read(format, path)).rows).toHaveLength(200);
    }
    await format.close();
  });
});
