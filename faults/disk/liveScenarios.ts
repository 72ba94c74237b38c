import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  asap,
  continuous,
  dropDuplicates,
  durable,
  fileSink,
  foreachBatch,
  jsonFiles,
  readManifest,
  readStream,
  writeStream,
} from '../../index.js';
import { eventSchema } from '../kill/inputFiles.js';
import { namesIn } from '../kill/planFiles.js';
import { differ } from '../workloads/difference.js';
import { type Event, textOf } from '../workloads/workload.js';
import {
  internalsOf,
  keepBatch,
  linesOf,
  pushed,
  rows,
  type Scenario,
  settled,
  textOfLine,
} from './scenario.js';

const rowsPerFile = 5;

/** Files that come into a folder, each row once, and files of them. */
export const files: Scenario = {
  name: 'files',
  async live({ folder, available, fileSystem, killPoint }) {
    const input = join(folder, 'in');
    mkdirSync(input, { recursive: true });
    for (let i = 0; i < available; i += rowsPerFile) provide(input, i);
    const source = jsonFiles(input, { schema: eventSchema, maxFilesPerTrigger: 2 });
    const query = writeStream(readStream(source).pipe(dropDuplicates((e) => e.id)), {
      sink: fileSink(join(folder, 'out'), { maxRecordsPerFile: 5 }),
      trigger: asap(),
      checkpointLocation: join(folder, 'checkpoint'),
      internals: internalsOf(fileSystem, killPoint),
    });
    await settled(query, false);
    return { query, acknowledged: 0 };
  },
  async differenceIn(folder) {
    const manifest = await readManifest(join(folder, 'out'));
    const found = manifest.files.flatMap((file) => linesOf(folder, file).map(textOfLine));
    return differ(rows.map(textOf).sort(), found.sort());
  },
};

function provide(folder: string, from: number): void {
  const lines = rows.slice(from, from + rowsPerFile).map((row) => `${JSON.stringify(row)}\n`);
  const name = `${String(from).padStart(4, '0')}.json`;
  if (namesIn(folder).includes(name)) return;
  writeFileSync(join(folder, `.${name}`), lines.join(''));
  renameSync(join(folder, `.${name}`), join(folder, name));
}

/** Continuous mode over a durable source: its plans are written when their rows have been read. */
export const epochs: Scenario = {
  name: 'epochs',
  async live({ folder, known, available, completes, fileSystem, killPoint }) {
    const source = durable<Event>(undefined, { name: 'events', maxRowsPerTrigger: 7 });
    const query = writeStream(readStream(source).pipe(dropDuplicates((e) => e.id)), {
      sink: foreachBatch((batch, batchId) => keepBatch(join(folder, 'kept'), batchId, batch)),
      trigger: continuous(8),
      checkpointLocation: join(folder, 'checkpoint'),
      internals: internalsOf(fileSystem, killPoint),
    });
    return pushed(source, query, { known, available, completes });
  },
  async differenceIn(folder) {
    const names = namesIn(join(folder, 'kept'));
    const other = names.find((name) => name.startsWith('other'));
    if (other !== undefined) return `${other}: a batch came again with other rows`;
    const found = names.flatMap(
      (name) => JSON.parse(readFileSync(join(folder, 'kept', name), 'utf8')) as Event[],
    );
    return differ(rows.map(textOf).sort(), found.map(textOf).sort());
  },
};
