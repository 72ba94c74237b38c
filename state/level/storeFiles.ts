import { readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeFileSystem } from '../../lib/checkpoint/nodeFileSystem.js';
import { StreamingError } from '../../lib/errors.js';
import { stateFormat } from '../durable/layout.js';
import { conditionOfLog } from './logFile.js';

/*
 * The folder of a query's state.
 *
 * FORMAT    "millrace-state 1\n": read before LevelDB touches anything
 * CLEAN     names and lengths of LevelDB's files after the last proper close, as JSON
 * db/       LevelDB
 * db.<n>/   a store that did not open before its first commit, put aside
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

/** Whether LevelDB's files are as the last proper close left them. Takes the mark away. */
export async function takeCleanMark(directory: string): Promise<boolean> {
  const path = join(directory, 'CLEAN');
  const mark = await files.read(path);
  if (mark === undefined) return false;
  const isClean = Buffer.from(mark).toString('utf8') === (await listing(directory));
  await files.remove(path);
  return isClean;
}

export async function leaveCleanMark(directory: string): Promise<void> {
  await files.replace(join(directory, 'CLEAN'), Buffer.from(await listing(directory)));
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

/** What LevelDB has dropped while it opened stands only in its diary. */
export async function checkDiary(directory: string): Promise<void> {
  const diary = await readFile(join(databaseDirectory(directory), 'LOG'), 'utf8');
  const complaint = diary.split('\n').find((line) => /\(ignoring error\)|Corruption/.test(line));
  if (complaint !== undefined) throw damaged(`LevelDB says '${complaint.slice(0, 200)}'`);
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
