import { type CheckpointOptions, openCheckpoint } from '../../lib/checkpoint/checkpoint.js';
import { MemoryFileSystem } from '../../lib/checkpoint/memoryFileSystem.js';
import type { QueryMetadata } from '../../lib/checkpoint/metadata.js';
import type { PlanEntry } from '../../lib/query/queryCheckpoint.js';
import { openDurableBackend } from '../../state/durableBackend.js';
import { MemoryByteStore, MemoryBytes } from '../../state/memoryByteStore.js';

export const location = '/checkpoint';

export const query: QueryMetadata = {
  queryId: 'q-1',
  createdMs: 5,
  operators: [
    {
      id: 'aggregate-0',
      kind: 'aggregate',
      signature: { key: 'user' },
      keyColumns: ['user'],
      resultNames: ['n', 'most'],
      bounds: ['left >= right + 5 ms', 'left <= right + 9 ms'],
      forgets: true,
    },
  ],
  sources: [{ kind: 'json', description: 'FileStreamSource[in]', signature: { path: 'in' } }],
  sink: { kind: 'file', description: 'FileSink[out]', signature: { path: 'out' } },
  watermarkPolicy: 'min',
};

export function planOf(batchId: number): PlanEntry {
  return {
    batchId,
    previousWatermarkMs: null,
    turns: [
      {
        timestampMs: 1000 * batchId,
        watermarkMs: null,
        ranges: [{ source: '0', after: batchId === 0 ? null : batchId, upTo: batchId + 1 }],
      },
    ],
    closing: false,
  };
}

/** One machine: files, and the bytes of the store, which outlive processes. */
export class Machine {
  readonly files: MemoryFileSystem;
  state = new MemoryBytes();

  constructor(options: ConstructorParameters<typeof MemoryFileSystem>[0] = {}) {
    this.files = new MemoryFileSystem(options);
  }

  open(more: Partial<CheckpointOptions> = {}) {
    return openCheckpoint({
      location,
      fileSystem: this.files,
      query,
      openBackend: ({ directory, queryId, onCorrupt }) =>
        openDurableBackend(new MemoryByteStore(this.state), {
          directory,
          queryId,
          clean: true,
          ...(onCorrupt === undefined ? {} : { onCorrupt }),
        }),
      ...more,
    });
  }

  /** Plans and commits so many batches. */
  async run(batches: number): Promise<void> {
    const checkpoint = await this.open();
    for (let i = 0; i < batches; i++) {
      const batchId = (checkpoint.lastEpoch?.batchId ?? -1) + 1 + i;
      await checkpoint.plan(planOf(batchId));
      await checkpoint.backend.commit(epochOf(batchId));
      await checkpoint.purge(batchId);
    }
    await checkpoint.close();
  }
}

export function epochOf(batchId: number, queryId = 'q-1') {
  return {
    queryId,
    batchId,
    watermarkMs: null,
    nextWatermarkMs: null,
    watermarkNodes: {},
    completed: false,
  };
}
