import { nodeFileSystem } from '../lib/checkpoint/nodeFileSystem.js';
import { counted } from '../lib/counted.js';
import { StreamingError } from '../lib/errors.js';
import { beginSavepoint } from '../lib/savepoint/beginSavepoint.js';
import { readState } from '../state/level/readState.js';
import { type Command, exitCodes } from './command.js';
import { mustBeCheckpoint } from './withLock.js';

/** `millrace savepoint`: copies the last commit of a stopped query. */
export const savepoint: Command = {
  usage: 'savepoint <checkpoint> <folder>',
  summary: 'copy state and position of a stopped query into a new folder',
  help: [
    'Writes a savepoint of the last commit: self-contained, every file with a checksum, and whole or not',
    'there. A running query makes one with query.savepoint(folder).',
    'Start another query from it with writeStream(…, { from }), or mend this one with millrace restore.',
  ],
  positionals: 2,
  async run({ positionals: [location = '', directory = ''], json, io }) {
    await mustBeCheckpoint(location);
    const state = await readState(location);
    try {
      const { queryId, lastEpoch } = state;
      if (queryId === undefined || lastEpoch === undefined) {
        const reason = 'no batch has been committed yet';
        throw new StreamingError('SAVEPOINT_UNAVAILABLE', { name: location, reason });
      }
      const finish = await beginSavepoint({
        directory,
        location,
        queryId,
        batchId: lastEpoch.batchId,
        fileSystem: nodeFileSystem(),
        pages: state.pages(),
        nowMs: io.now(),
      });
      const info = await finish();
      const { batchId, files, bytes } = info;
      if (json) io.out(JSON.stringify(info));
      else
        io.out(
          `${directory}: batch ${batchId} of query ${queryId}, ${counted(files, 'file')}, ${bytes} bytes`,
        );
      return exitCodes.fine;
    } finally {
      await state.close();
    }
  },
};
