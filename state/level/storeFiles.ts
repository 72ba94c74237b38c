import { readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { nodeFileSystem } from '../../lib/checkpoint/nodeFileSystem.js';
import { StreamingError } from '../../lib/errors.js';
import { DecodeError } from '../codec/decodeError.js';
import { stateFormat } from '../durable/layout.js';
import { conditionOfLog } from './logFile.js';
import { liveTables } from './manifestFile.js';
import { verifyTable } from './tableFile.js';

/*
 * The folder of a query's state.
 *
 * FORMAT    "millrace-state 1\n": read before LevelDB touches anything
 * CLEAN     names and lengths of LevelDB's files after the last proper close, as JSON
 * FILTER    crc:u32 (CRC-32, little-endian) and what the last proper close knew about the keys
 * db/       LevelDB
 * db.<n>/   a store that did not open before its first commit, put aside
 * db.before/ the files as they were before an opening that failed, on their way back to db/
 */
const files = nodeFileSystem();
const magic = 'millrace-state ';

export function databaseDirectory(directory: string): string {
  return join(directory, 'db');
}

/** 'new': there is no store yet. Throws `STATE_FORMAT_UNSUPPORTED`, having written nothing. */
export async function checkFormat(directory: string): Promise<'new' | 'known'> {
  const content = await files.read(join(directory, 'FORMAT'));
  if (content === undefined) {
    const strangers = await files.list(databaseDirectory(directory));
    if (strangers.length === 0) return 'new';
    throw unsupported(directory, 'no format that is written down');
  }
  const text = Buffer.from(content).toString('latin1').trim();
  if (text === `${magic}${stateFormat}`) return 'known';
  throw unsupported(
    directory,
    text.startsWith(magic) ? text.slice(magic.length) : `'${text.slice(0, 40)}'`,
  );
}

function unsupported(directory: string, found: string): StreamingError<'STATE_FORMAT_UNSUPPORTED'> {
  const supported = String(stateFormat);
  return new StreamingError('STATE_FORMAT_UNSUPPORTED', { directory, found, supported });
}

/** Writes FORMAT, before LevelDB makes its first file. */
export async function createFormat(directory: string): Promise<void> {
  await files.makeDirectory(directory);
  await files.replace(join(directory, 'FORMAT'), Buffer.from(`${magic}${stateFormat}\n`));
}

/**
 * Whether the last run has closed LevelDB properly. Throws `STATE_CORRUPT` if its files are not as that
 * run left them: LevelDB would delete what a damaged MANIFEST does not name.
 *
 * @param isNew nothing is committed, so nothing can be lost.
 */
export async function checkCleanMark(directory: string, isNew = false): Promise<boolean> {
  const mark = await files.read(join(directory, 'CLEAN'));
  if (mark === undefined) return false;
  if (Buffer.from(mark).toString('utf8') === (await listing(directory))) return true;
  if (isNew) return false;
  throw damaged('files in state/db are not as the last clean stop left them');
}

/** Before LevelDB changes a file; durably, or a crash would leave a mark that fits no more. */
export async function takeCleanMark(directory: string): Promise<void> {
  await files.remove(join(directory, 'CLEAN'));
  await files.syncDirectory?.(directory);
}

export async function leaveCleanMark(directory: string): Promise<void> {
  await files.replace(join(directory, 'CLEAN'), Buffer.from(await listing(directory)));
}

/** What `leaveFilters` has left; undefined if that is not there, or damaged. */
export async function readFilters(directory: string): Promise<Uint8Array | undefined> {
  const file = await files.read(join(directory, 'FILTER'));
  if (file === undefined || file.length < 8) return undefined;
  const [stored, content] = [Buffer.from(file.subarray(0, 4)).readUInt32LE(), file.subarray(4)];
  return crc32(content) === stored ? content : undefined;
}

/** Before `leaveCleanMark`. */
export async function leaveFilters(directory: string, content: Uint8Array): Promise<void> {
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(crc32(content));
  await files.replace(join(directory, 'FILTER'), Buffer.concat([crc, content]));
}

async function listing(directory: string): Promise<string> {
  const database = databaseDirectory(directory);
  const lengths: [string, number][] = [];
  for (const name of await files.list(database)) {
    // LOG is LevelDB's diary, LOCK is empty: neither holds data.
    if (name.startsWith('LOG') || name === 'LOCK') continue;
    lengths.push([name, (await stat(join(database, name))).size]);
  }
  return JSON.stringify(lengths);
}

/**
 * Whether the end of a log is torn, as a crash of the machine may leave it. Throws `STATE_CORRUPT` if
 * acknowledged writes in the middle of a log are unreadable.
 */
export async function checkLogs(directory: string): Promise<'sound' | 'torn'> {
  const database = databaseDirectory(directory);
  let found: 'sound' | 'torn' = 'sound';
  for (const name of await files.list(database)) {
    if (!name.endsWith('.log')) continue;
    const condition = conditionOfLog(await readFile(join(database, name)));
    if (condition === 'hole') throw damaged(`${name} has unreadable records in the middle`);
    if (condition === 'torn') found = 'torn';
  }
  return found;
}

/** Tables of so many bytes in all are checked before the store is opened: about a tenth of a second. */
const checkedAtOnce = 32 * 1024 * 1024;

/**
 * Checks LevelDB's tables, of which it would take damage for data, or end the process over it: all of
 * them now, or, when they are many, by calling what it gives. Throws `STATE_CORRUPT`.
 */
export async function checkTables(directory: string): Promise<(() => Promise<void>) | undefined> {
  const database = databaseDirectory(directory);
  const names = await liveTableNames(database);
  let total = 0;
  for (const name of names) total += (await stat(join(database, name))).size;
  const check = async () => {
    for (const name of names) checkTable(name, await files.read(join(database, name)));
  };
  if (total > checkedAtOnce) return check;
  await check();
  return undefined;
}

/** Names of the tables that CURRENT and MANIFEST name. */
export async function liveTableNames(database: string): Promise<readonly string[]> {
  const current = await files.read(join(database, 'CURRENT'));
  const name = Buffer.from(current ?? [])
    .toString('latin1')
    .trim();
  if (!/^MANIFEST-\d+$/.test(name)) return [];
  const manifest = await files.read(join(database, name));
  const live = manifest === undefined ? new Set<number>() : liveTables(manifest);
  return (await files.list(database)).filter((file) => {
    const number = /^(\d+)\.(ldb|sst)$/.exec(file)?.[1];
    return number !== undefined && live.has(Number(number));
  });
}

/** A table that has vanished meanwhile was compacted into others. */
function checkTable(name: string, bytes: Uint8Array | undefined): void {
  if (bytes === undefined) return;
  try {
    verifyTable(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    throw error instanceof DecodeError ? damaged(`in ${name} ${error.reason}`) : error;
  }
}

/**
 * What LevelDB has dropped while it opened stands only in its diary. Throws `STATE_OPEN_FAILED` if it could
 * not read a file, which the next start may, and `STATE_CORRUPT` if what it read was damaged.
 *
 * @param torn a torn end is dropped with a complaint, and rightly: the recovery sees what it has lost.
 */
export async function checkDiary(directory: string, torn: boolean): Promise<void> {
  const diary = await readFile(join(databaseDirectory(directory), 'LOG'), 'utf8');
  for (const line of diary.split('\n')) {
    const says = `LevelDB says '${line.slice(0, 200)}'`;
    if (/ignoring error.*IO error/i.test(line)) {
      throw new StreamingError('STATE_OPEN_FAILED', { directory, reason: says });
    }
    if (!torn && /\(ignoring error\)|Corruption/.test(line)) throw damaged(says);
  }
}

function damaged(reason: string): StreamingError<'STATE_CORRUPT'> {
  return new StreamingError('STATE_CORRUPT', {
    operator: 'the query',
    table: 'all',
    batchId: -1,
    reason,
  });
}

/** Puts a store aside that did not open before its first commit; nothing is ever deleted. */
export async function putAside(directory: string): Promise<void> {
  const taken = await readdir(directory);
  let number = 0;
  while (taken.includes(`db.${number}`)) number++;
  await rename(databaseDirectory(directory), join(directory, `db.${number}`));
}
