import type { StateBackend } from '../../lib/state/stateBackend.js';
import { openDurableBackend } from '../../state/durableBackend.js';
import { MemoryByteStore, MemoryBytes } from '../../state/memoryByteStore.js';
import {
  type BackendUnderTest,
  stateBackendContract,
} from '../contracts/stateBackend.contract.js';

const options = { queryId: 'q', directory: 'state', clean: true };

function overMemory(cacheEntries?: number): BackendUnderTest {
  const content = new MemoryBytes();
  let backend: StateBackend;
  const open = async () => {
    const opened = await openDurableBackend(new MemoryByteStore(content), {
      ...options,
      ...(cacheEntries === undefined ? {} : { cacheEntries }),
    });
    backend = opened.backend;
    return backend;
  };
  return {
    open,
    reopen: async () => {
      await backend.close();
      return open();
    },
  };
}

stateBackendContract('durableBackend over memory', () => overMemory());
stateBackendContract('durableBackend with next to no cache', () => overMemory(1));
