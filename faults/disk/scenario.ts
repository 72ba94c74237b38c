import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import {
  aggregate,
  asap,
  count,
  type Durable,
  dropDuplicatesWithinWatermark,
  durable,
  fileSink,
  foreachBatch,
  groupByKey,
  readManifest,
  readStream,
  StreamingError,
  type StreamingQuery,
  select,
  window,
  withWatermark,
  writeStream,
} from '../../index.js';
import type { FileSystem } from '../../lib/checkpoint/fileSystem.js';
import { nodeFileSystem } from '../../lib/checkpoint/nodeFileSystem.js';
import type { ManifestFile } from '../../lib/sinks/file/manifestEntry.js';
import { namesIn } from '../kill/planFiles.js';
import { RowSource } from '../kill/rowSource.js';
import { differ } from '../workloads/difference.js';
import { type Event, textOf } from '../workloads/workload.js';

/** One life of a query below a folder. */
export interface Life {
  readonly folder: string;
  /** Rows that earlier lives have acknowledged. */
  readonly known: number;
  /** Rows that there are in this life. */
  readonly available: number;
  /** The sources end when these have been read. */
  readonly completes: boolean;
  readonly fileSystem?: FileSystem;
  readonly killPoint?: (name: string) => void;
}

/** What became of a life. */
export interface LifeEnd {
  readonly query: StreamingQuery;
  /** Rows that are acknowledged: they may not get lost. */
  readonly acknowledged: number;
}

/** A query whose answer does not depend on how its rows are cut into batches. */
export interface Scenario {
  readonly name: string;
  /** Starts a life; answers once it has read all rows, or has ended. */
  live(life: Life): Promise<LifeEnd>;
  /** What is wrong with the answer after the last life. */
  differenceIn(folder: string): Promise<string | undefined>;
}

export const rowCount = 90;

/** In order of time, so that none is ever late. */
export const rows: readonly Event[] = Array.from({ length: rowCount }, (_, i) => ({
  id: i,
  key: `key ${i % 7}`,
  at: 1000 + i * 700,
  v: (i * 31) % 97,
}));

/** A durable source with a log in the checkpoint; deduplication and windows; a file sink. */
const windowsWith = (name: string, stateCacheEntries: number): Scenario => ({
  name,
  async live({ folder, known, available, completes, fileSystem, killPoint }) {
    const source = durable<Event>(undefined, { name: 'events', maxRowsPerTrigger: 7 });
    const stream = readStream(source).pipe(
      withWatermark((e) => e.at, '5 seconds'),
      dropDuplicatesWithinWatermark((e) => e.id),
      groupByKey((e) => e.key),
      window('10 seconds'),
      count(),
      select((row) => ({ key: row.key, from: Number(row.window.start), n: row.count })),
    );
    const query = writeStream(stream, {
      sink: fileSink(join(folder, 'out'), { maxRecordsPerFile: 5 }),
      trigger: asap(),
      checkpointLocation: join(folder, 'checkpoint'),
      stateCacheEntries,
      internals: internalsOf(fileSystem, killPoint),
    });
    return pushed(source, query, { known, available, completes });
  },
  async differenceIn(folder) {
    const { files } = await readManifest(join(folder, 'out'));
    const found = files.flatMap((file) => linesOf(folder, file).map(textOfLine));
    const counts = new Map<string, number>();
    for (const { key, at } of rows) {
      const group = JSON.stringify([key, Math.floor(at / 10_000) * 10_000]);
      counts.set(group, (counts.get(group) ?? 0) + 1);
    }
    const expected = Array.from(counts, ([group, n]) => {
      const [key, from] = JSON.parse(group) as [string, number];
      return textOf({ key, from, n });
    });
    return differ(expected.sort(), found.sort());
  },
});

export const windows = windowsWith('windows', 1000);

/** Groups of a window are in pages while there are few of them, and by themselves afterwards. */
export const windowsOfLittleRoom = windowsWith('windows, little room', 12);

/** A source that keeps nothing; a growing table; a sink that is never damaged and knows batch ids. */
export const table: Scenario = {
  name: 'table',
  async live({ folder, available, completes, fileSystem, killPoint }) {
    const source = new RowSource(rows, available, 9, available, () => undefined);
    const stream = readStream(source.source).pipe(
      groupByKey((e) => e.key),
      aggregate((group) => ({ n: group.count(), sum: group.sum((e) => e.v) })),
    );
    const query = writeStream(stream, {
      sink: foreachBatch((batch, batchId) => keepBatch(join(folder, 'kept'), batchId, batch)),
      outputMode: 'update',
      checkpointLocation: join(folder, 'checkpoint'),
      internals: internalsOf(fileSystem, killPoint),
    });
    if (completes) {
      await query.processAllAvailable().catch(() => undefined);
      source.complete();
    }
    await settled(query, completes);
    return { query, acknowledged: 0 };
  },
  async differenceIn(folder) {
    const found = new Map<string, string>();
    const names = namesIn(join(folder, 'kept'));
    const other = names.find((name) => name.startsWith('other'));
    if (other !== undefined) return `${other}: a batch came again with other rows`;
    for (const name of names.map(Number).sort((a, b) => a - b)) {
      const kept = readFileSync(join(folder, 'kept', String(name)), 'utf8');
      for (const row of JSON.parse(kept) as Event[]) found.set(row.key, textOf(row));
    }
    const sums = new Map<string, { key: string; n: number; sum: number }>();
    for (const { key, v } of rows) {
      const { n, sum } = sums.get(key) ?? { n: 0, sum: 0 };
      sums.set(key, { key, n: n + 1, sum: sum + v });
    }
    return differ([...sums.values()].map(textOf).sort(), [...found.values()].sort());
  },
};

/** A life that is given its rows: acknowledged are the first ones, since a log that fails takes no more. */
export async function pushed(
  source: Durable<Event>,
  query: StreamingQuery,
  { known, available, completes }: Pick<Life, 'known' | 'available' | 'completes'>,
): Promise<LifeEnd> {
  let acknowledged = known;
  const taken = () => {
    acknowledged++;
  };
  const pushes = rows
    .slice(known, available)
    .map((row) => source.push(row).then(taken, () => undefined));
  await Promise.race([Promise.all(pushes), query.awaitTermination().catch(() => undefined)]);
  if (completes) source.complete();
  await settled(query, completes);
  return { query, acknowledged };
}

/** One file per batch id, outside of what is damaged; the same batch must have the same rows. */
export async function keepBatch(
  folder: string,
  batchId: number,
  batch: readonly object[],
): Promise<void> {
  const files = nodeFileSystem();
  await files.makeDirectory(folder);
  const content = Buffer.from(
    JSON.stringify([...batch].sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1))),
  );
  const known = await files.read(join(folder, String(batchId)));
  if (known === undefined) return files.replace(join(folder, String(batchId)), content);
  if (!content.equals(known)) await files.replace(join(folder, `other-${batchId}`), content);
}

/** As a careful reader reads: a file that is not what the manifest says is no answer. */
export function linesOf(folder: string, file: ManifestFile): string[] {
  const path = join(folder, 'out', file.path);
  const bytes = existsSync(path) ? readFileSync(path) : new Uint8Array();
  if (bytes.length !== file.size || crc32(bytes) !== file.crc32) {
    const reason = 'it is not what the manifest says';
    throw new StreamingError('SINK_DAMAGED', { file: path, reason });
  }
  return bytes.toString().split('\n').filter(Boolean);
}

export function textOfLine(line: string): string {
  return textOf(JSON.parse(line) as object);
}

export function internalsOf(fileSystem?: FileSystem, killPoint?: (name: string) => void) {
  return {
    ...(fileSystem === undefined ? {} : { fileSystem }),
    ...(killPoint === undefined ? {} : { killPoint }),
  };
}

export async function settled(query: StreamingQuery, completes: boolean): Promise<void> {
  if (completes) await query.awaitTermination().catch(() => undefined);
  else await query.processAllAvailable().catch(() => undefined);
  await query.stop();
}
