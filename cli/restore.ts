import { basename, dirname, join, resolve } from 'node:path';
import { examineCheckpoint } from '../lib/checkpoint/examineCheckpoint.js';
import { temporaryPrefix } from '../lib/checkpoint/fileSystem.js';
import { nodeFileSystem } from '../lib/checkpoint/nodeFileSystem.js';
import { inPlace } from '../lib/checkpoint/placeFault.js';
import { isUrl, urlFix, urlReason } from '../lib/checkpoint/requireLocalPath.js';
import { counted } from '../lib/counted.js';
import { StreamingError } from '../lib/errors.js';
import { type CarriedOver, carryOver } from '../lib/savepoint/carryOver.js';
import { restoreSavepoint } from '../lib/savepoint/restoreSavepoint.js';
import { openSavepoint } from '../lib/savepoint/savepoint.js';
import { loadState } from '../state/level/loadState.js';
import { type Command, exitCodes, UsageError } from './command.js';
import { mustBeCheckpoint, withLock } from './withLock.js';

/** `millrace restore`: a checkpoint from a savepoint, in place of a damaged one. */
export const restore: Command = {
  usage: 'restore <checkpoint> --from <savepoint>',
  summary: 'write a checkpoint from a savepoint, in place of a damaged one',
  help: [
    'The query keeps its id and goes on from the savepoint. Batches that were planned since then run again',
    'as they were planned, so a sink that has them already takes them once.',
    'A checkpoint that is there already is put aside as <checkpoint>.damaged-<n>; nothing is deleted.',
    'If it is cut short while the folders are renamed, <checkpoint>.restored-<n> is the new one.',
  ],
  positionals: 1,
  options: { from: { type: 'string' } },
  async run({ positionals: [location = ''], values: { from }, json, io }) {
    if (typeof from !== 'string' || from === '') throw new UsageError('needs --from <savepoint>');
    if (resolve(from) === resolve(location)) {
      throw new UsageError(
        `${from} would be put aside to be restored from: name another checkpoint`,
      );
    }
    if (isUrl(location)) {
      const directory = location;
      throw new StreamingError('CHECKPOINT_LOCATION', {
        directory,
        reason: urlReason,
        fix: urlFix,
      });
    }
    const done = await inPlace('CHECKPOINT_LOCATION', location, async () => {
      const isThere = (await nodeFileSystem().list(location)).length > 0;
      return isThere ? replace(location, from) : write(location, from);
    });
    if (json) io.out(JSON.stringify(done));
    else for (const line of linesOf(done)) io.out(line);
    return exitCodes.fine;
  },
};

interface Done extends CarriedOver {
  readonly location: string;
  readonly queryId: string;
  readonly batchId: number;
  readonly putAside: string | null;
}

async function write(location: string, from: string): Promise<Done> {
  const fileSystem = nodeFileSystem();
  await mustNotBeCutShort(location);
  const { content } = await restoreSavepoint({ from, location, fileSystem, loadState });
  const { queryId, batchId } = content;
  return { location, queryId, batchId, putAside: null, replayed: 0, leftOut: [] };
}

/** The new checkpoint is whole before the damaged one moves. */
async function replace(location: string, from: string): Promise<Done> {
  await mustBeCheckpoint(location);
  const fileSystem = nodeFileSystem();
  return withLock(location, async () => {
    const { queryId, batchId } = await mustBeOfOneQuery(location, from);
    let carried: CarriedOver = { replayed: 0, leftOut: [] };
    const fresh = await freeName(`${location}.restored`);
    await restoreSavepoint({
      from,
      location: fresh,
      fileSystem,
      loadState,
      more: async (folder, savepoint) => {
        carried = await carryOver(fileSystem, location, folder, savepoint);
      },
    });
    const putAside = await freeName(`${location}.damaged`);
    await fileSystem.moveDirectory?.(location, putAside);
    await fileSystem.moveDirectory?.(fresh, location);
    return { location, queryId, batchId, putAside, ...carried };
  });
}

/**
 * Killed between its two renames, a restore leaves the damaged checkpoint put aside and the new one beside its
 * place. Written anew without the damaged one, it would lack the plans since the savepoint.
 */
async function mustNotBeCutShort(location: string): Promise<void> {
  const path = resolve(location);
  const prefix = `${basename(path)}.restored-`;
  const left = (await nodeFileSystem().list(dirname(path))).find(
    (name) => name.startsWith(prefix) && !name.includes(temporaryPrefix),
  );
  if (left === undefined) return;
  const written = join(dirname(path), left);
  throw new StreamingError('CHECKPOINT_LOCATION', {
    directory: location,
    reason: `a restore was cut short before it renamed ${written}, which is the restored checkpoint`,
    fix: `rename that folder to ${location}; to restore anew, rename the damaged one back and delete that folder`,
  });
}

async function mustBeOfOneQuery(location: string, from: string) {
  const files = nodeFileSystem();
  const { content } = await openSavepoint(files, from);
  const { metadata } = await examineCheckpoint(files, location);
  if (metadata !== undefined && metadata.queryId !== content.queryId) {
    const params = { file: from, expected: metadata.queryId, found: content.queryId };
    throw new StreamingError('CHECKPOINT_QUERY_ID', params);
  }
  return content;
}

async function freeName(base: string): Promise<string> {
  for (let i = 1; ; i++) {
    const name = `${base}-${i}`;
    if ((await nodeFileSystem().list(name)).length === 0) return name;
  }
}

function* linesOf(done: Done): Iterable<string> {
  yield `${done.location}: query ${done.queryId} as of batch ${done.batchId}`;
  if (done.putAside !== null) yield `the damaged checkpoint is in ${done.putAside}`;
  if (done.replayed > 0)
    yield counted(
      done.replayed,
      'batch since then runs again as it was planned',
      'batches since then run again as they were planned',
    );
  for (const file of done.leftOut) {
    yield `lost: ${file} is damaged; what the savepoint does not have of it is gone`;
  }
}
