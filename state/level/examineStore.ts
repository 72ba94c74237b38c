import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeFileSystem } from '../../lib/checkpoint/nodeFileSystem.js';
import { StreamingError } from '../../lib/errors.js';
import { DecodeError } from '../codec/decodeError.js';
import { conditionOfLog } from './logFile.js';
import { databaseDirectory, liveTableNames } from './storeFiles.js';
import { verifyTable } from './tableFile.js';

/** A file of LevelDB that was read through, and what is wrong with it. */
export interface ExaminedStoreFile {
  /** Name in the folder of the database. */
  readonly name: string;
  readonly problem: StreamingError | undefined;
}

/** Reads every file of the LevelDB in `directory`, without opening it. */
export async function examineStore(directory: string): Promise<readonly ExaminedStoreFile[]> {
  const database = databaseDirectory(directory);
  const names = await nodeFileSystem().list(database);
  const live = await liveTableNames(database);
  const found: ExaminedStoreFile[] = [];
  for (const name of names) {
    const check = checkOf(name, names);
    if (check === undefined || (/\.(ldb|sst)$/.test(name) && !live.includes(name))) continue;
    const reason = check(await readFile(join(database, name)));
    found.push({ name, problem: reason === undefined ? undefined : damaged(name, reason) });
  }
  return found;
}

type Check = (bytes: Buffer) => string | undefined;

/** undefined: the file holds no data. */
function checkOf(name: string, names: readonly string[]): Check | undefined {
  if (/\.(ldb|sst)$/.test(name)) return tableProblem;
  if (name.endsWith('.log')) return logProblem;
  if (name.startsWith('MANIFEST')) return manifestProblem;
  if (name !== 'CURRENT') return undefined;
  return (bytes) => {
    const manifest = bytes.toString('latin1').trimEnd();
    return names.includes(manifest)
      ? undefined
      : `it names ${manifest.slice(0, 40)}, which is missing`;
  };
}

function tableProblem(bytes: Buffer): string | undefined {
  try {
    verifyTable(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof DecodeError) return error.reason;
    throw error;
  }
}

function logProblem(bytes: Buffer): string | undefined {
  switch (conditionOfLog(bytes)) {
    case 'hole':
      return 'it has unreadable records in the middle';
    default:
      // A torn end is what a crash leaves; the position tells whether a commit went with it.
      return undefined;
  }
}

function manifestProblem(bytes: Buffer): string | undefined {
  return conditionOfLog(bytes) === 'sound' ? undefined : 'it has unreadable records';
}

function damaged(name: string, reason: string): StreamingError<'STATE_CORRUPT'> {
  const params = { operator: 'the query', table: 'all', batchId: -1, reason: `${name}: ${reason}` };
  return new StreamingError('STATE_CORRUPT', params);
}
