import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStream, readStream, writeStream } from '../../index.js';
import { parquetFileSink } from '../../lib/parquet/index.js';
import { eventSchema, type NexmarkEvent } from './event.js';
import { Generator } from './generator/generate.js';
import { writeEventFiles } from './generator/writeFiles.js';
import { inBatches } from './runQuery.js';

export const fileKinds = ['json', 'parquet'] as const;
export type FileKind = (typeof fileKinds)[number];

export const isFileKind = (way: string): way is FileKind => fileKinds.some((kind) => kind === way);

/**
 * The folder that holds so many events as files; made once, kept for the next run. It appears under its
 * name when it is whole.
 */
export async function dataFolder(kind: FileKind, events: number): Promise<string> {
  const folder = join(tmpdir(), `millrace-nexmark-${events}-${kind}`);
  if (existsSync(folder)) return folder;
  const draft = `${folder}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  if (kind === 'json') writeEventFiles(draft, { events, files: 10 });
  else await writeParquet(draft, events);
  renameSync(draft, folder);
  return folder;
}

async function writeParquet(folder: string, events: number): Promise<void> {
  const source = memoryStream<NexmarkEvent>({ maxCallsPerTrigger: 1 });
  const all = new Generator().events(events);
  for (const batch of inBatches(all, Math.ceil(events / 10))) source.addAll(batch.map(withNulls));
  source.complete();
  const sink = parquetFileSink(folder, { schema: eventSchema });
  await writeStream(readStream(source), { sink }).awaitTermination();
}

const withNulls = (event: NexmarkEvent): NexmarkEvent => ({
  event_type: event.event_type,
  person: event.person ?? null,
  auction: event.auction ?? null,
  bid: event.bid ?? null,
});
