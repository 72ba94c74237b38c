import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StateBackend } from '../../../lib/state/stateBackend.js';
import { openStateBackend } from '../../../state/level/openStateBackend.js';
import {
  type BackendUnderTest,
  stateBackendContract,
} from '../../contracts/stateBackend.contract.js';

function overLevel(cacheEntries?: number): BackendUnderTest {
  let directory: string;
  let backend: StateBackend;
  const open = async () => {
    const create = true;
    const more = cacheEntries === undefined ? {} : { cacheEntries };
    ({ backend } = await openStateBackend({ directory, queryId: 'q', create, ...more }));
    return backend;
  };
  return {
    open: async () => {
      directory = await mkdtemp(join(tmpdir(), 'millrace-state-'));
      return open();
    },
    reopen: async () => {
      await backend.close();
      return open();
    },
    cleanUp: () => rm(directory, { recursive: true, force: true }),
  };
}

stateBackendContract('openStateBackend', () => overLevel());
stateBackendContract('openStateBackend with next to no cache', () => overLevel(1));
