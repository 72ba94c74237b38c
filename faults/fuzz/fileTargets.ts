import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  csvFiles,
  jsonFiles,
  memoryStream,
  readBatch,
  readStream,
  type StreamSource,
  writeStream,
} from '../../index.js';
import { parquetFileSink } from '../../lib/parquet/parquetFileSink.js';
import { parquetFiles } from '../../lib/parquet/parquetFiles.js';
import type { Random } from '../random.js';
import { Flaw, flawOf, isCoded, mutatedBytes, type Target } from './target.js';
import { textOf } from './values.js';

interface Row {
  readonly id: number;
  readonly x: number | null;
  readonly name: string;
  readonly tags?: readonly string[];
}

const flat = 'id BIGINT, x DOUBLE, name STRING';
const nested = `${flat}, tags ARRAY<STRING>`;

function rowsOf(random: Random): Row[] {
  return Array.from({ length: random.between(1, 12) }, (_, id) => ({
    id,
    x: random.chance(0.2) ? null : random.next() * 1e6,
    name: textOf(random).replace(/[\ud800-\udfff]/g, 'x'),
    tags: Array.from({ length: random.below(3) }, () => 't'),
  }));
}

/** Rows that are written come back as they are; of changed bytes come rows, or a coded error. */
function fileTarget(
  name: string,
  attempts: number,
  write: (rows: readonly Row[], path: string) => Promise<void> | void,
  read: (path: string, random: Random) => StreamSource<object>,
  expected: (row: Row) => object = (row) => row,
): Target {
  return {
    name,
    attempts,
    async attempt(random) {
      const folder = mkdtempSync(join(tmpdir(), 'millrace-fuzz-'));
      try {
        const rows = rowsOf(random);
        const path = join(folder, 'file');
        await write(rows, path);
        const back = await readBatch(readStream(read(path, random)));
        if (!isDeepStrictEqual(plain(back), plain(rows.map(expected)))) {
          throw new Flaw(`${JSON.stringify(rows)} come back as ${JSON.stringify(back)}`);
        }
        writeFileSync(path, mutatedBytes(readFileSync(path), random));
        await readBatch(readStream(read(path, random))).catch(mustBeCoded);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

function plain(rows: readonly object[]): unknown {
  return JSON.parse(JSON.stringify(rows));
}

function mustBeCoded(error: unknown): void {
  if (!isCoded(error)) throw flawOf(error);
}

const modes = ['PERMISSIVE', 'DROPMALFORMED', 'FAILFAST'] as const;

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

async function writeParquet(rows: readonly Row[], path: string): Promise<void> {
  const out = `${path}-out`;
  const source = memoryStream<Row>({ schema: nested });
  const query = writeStream(readStream(source), {
    sink: parquetFileSink(out, { schema: nested }) as never,
  });
  source.addData(...rows);
  await query.processAllAvailable();
  await query.stop();
  if (query.exception) throw query.exception;
  const file = readdirSync(out).find((each) => each.endsWith('.parquet')) ?? 'none';
  writeFileSync(path, readFileSync(join(out, file)));
}

export const fileTargets: readonly Target[] = [
  fileTarget(
    'JSON lines',
    10,
    (rows, path) => writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
    (path, random) => jsonFiles(path, { schema: nested, mode: random.pick(modes) }),
  ),
  fileTarget(
    'CSV',
    10,
    (rows, path) =>
      writeFileSync(
        path,
        rows.map(({ id, x, name }) => `${id},${x ?? ''},${quoted(name)}\n`).join(''),
      ),
    (path, random) => csvFiles(path, { schema: flat, mode: random.pick(modes), multiLine: true }),
    ({ id, x, name }) => ({ id, x, name }),
  ),
  fileTarget('Parquet', 4, writeParquet, (path) => parquetFiles(path, { schema: nested })),
];
