import { type OpenBackend, openCheckpoint } from '../checkpoint/checkpoint.js';
import type { FileSystem } from '../checkpoint/fileSystem.js';
import type { OperatorMetadata, PartMetadata, QueryMetadata } from '../checkpoint/metadata.js';
import type { StreamingError } from '../errors.js';
import { drive, type MaybePromise, quietly } from '../maybe.js';
import { queryShape } from '../plan/shapeRules.js';
import { isWatermarkNode } from '../plan/watermarkNode.js';
import { restoreSavepoint } from '../savepoint/restoreSavepoint.js';
import type { Json } from '../sources/source.js';
import type { ByteStore } from '../state/byteStore.js';
import { isSourceNode } from '../stream/sourceNode.js';
import { inOperator } from './operatorError.js';
import type { QueryCheckpoint } from './queryCheckpoint.js';
import type { QuerySetup } from './querySetup.js';

/** Options of a checkpoint that are not part of what it must remember. */
export interface DurableOptions {
  readonly cacheEntries: number | undefined;
  /** A store of the user's own; undefined: LevelDB. */
  readonly stateStore: ((directory: string) => MaybePromise<ByteStore>) | undefined;
  readonly killPoint: ((name: string) => void) | undefined;
  readonly nowMs: number;
  /** Savepoint from which a new checkpoint is made first. */
  readonly from?: string | undefined;
  /** Damage of state found behind the running batches. */
  onCorrupt(error: StreamingError<'STATE_CORRUPT'>): void;
}

/** Opens the checkpoint of a query; LevelDB is loaded when the first one is opened. */
export async function openDurable(
  location: string,
  setup: QuerySetup,
  options: DurableOptions,
): Promise<QueryCheckpoint> {
  const { killPoint, from } = options;
  const query = queryMetadata(setup, options.nowMs);
  if (from !== undefined) await startFrom(from, location, setup.fileSystem, query);
  return openCheckpoint({
    location,
    fileSystem: setup.fileSystem,
    query,
    openBackend: await backendOpener(options),
    onCorrupt: options.onCorrupt,
    ...(killPoint === undefined ? {} : { killPoint }),
  });
}

async function backendOpener({ stateStore, cacheEntries }: DurableOptions): Promise<OpenBackend> {
  const cache = cacheEntries === undefined ? {} : { cacheEntries };
  if (stateStore === undefined) {
    const { openStateBackend } = await import('../../state/level/openStateBackend.js');
    return (state) => openStateBackend({ ...state, ...cache });
  }
  const { openDurableBackend } = await import('../../state/durableBackend.js');
  return async (state) => {
    const store = await ownStore(() => stateStore(state.directory));
    try {
      // Whether the last run has closed it well, only LevelDB's folder says: it is read through.
      return await openDurableBackend(store, { ...state, ...cache, clean: false });
    } catch (error) {
      await drive(quietly(() => store.close()));
      throw error;
    }
  };
}

/** What goes wrong in a store of the user's own names it. */
async function ownStore(open: () => MaybePromise<ByteStore>): Promise<ByteStore> {
  try {
    return await open();
  } catch (error) {
    throw inOperator('stateStore', error);
  }
}

async function startFrom(
  from: string,
  location: string,
  fileSystem: FileSystem,
  query: QueryMetadata,
): Promise<void> {
  const { loadState } = await import('../../state/level/loadState.js');
  const { queryId } = query;
  await restoreSavepoint({ from, location, fileSystem, query, queryId, loadState });
}

/** What must not change between two runs on one checkpoint. */
function queryMetadata(setup: QuerySetup, nowMs: number): QueryMetadata {
  const { graph, sink } = setup;
  const shape = queryShape(graph, setup.outputMode);
  const operators: OperatorMetadata[] = graph.nodes
    .filter((node) => node.traits?.stateful)
    .map((node) => ({
      id: graph.idOf(node),
      kind: node.kind,
      signature: json(node.signature),
      ...(node.keyColumns === undefined ? {} : { keyColumns: node.keyColumns }),
      ...(node.resultNames === undefined ? {} : { resultNames: node.resultNames }),
      ...(node.bounds === undefined ? {} : { bounds: node.bounds }),
      ...(node.forgets?.(shape) ? { forgets: true } : {}),
    }));
  const sources: PartMetadata[] = graph.nodes.filter(isSourceNode).map(({ source }) => ({
    kind: source.kind,
    description: source.description,
    signature: json(source.signature),
  }));
  return {
    queryId: setup.newQueryId,
    createdMs: nowMs,
    operators,
    sources,
    sink: { kind: sink.kind, description: sink.description, signature: json(sink.signature) },
    // Of one watermark both policies make the same.
    ...(graph.nodes.filter(isWatermarkNode).length > 1
      ? { watermarkPolicy: setup.watermarkPolicy }
      : {}),
  };
}

function json(value: unknown): Json {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as Json);
}
