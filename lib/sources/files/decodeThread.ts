import { parentPort, workerData } from 'node:worker_threads';
import type { ConvertOptions } from '../../schema/convertOptions.js';
import type { StructType } from '../../schema/types.js';
import { CellDecoder } from './cellDecoder.js';
import { DecodeSlot } from './decodeSlot.js';

/**
 * The other thread of `ThreadedBlocks`: decodes filled slots, the newest first, because the oldest is
 * the one that the reader takes itself when it gets there. Every message says that slots were filled;
 * each answer that one is finished.
 */
export interface DecodeTask {
  readonly schema: StructType;
  readonly convert: ConvertOptions;
  readonly slots: readonly SharedArrayBuffer[];
}

function newestFilled(slots: readonly DecodeSlot[]): DecodeSlot | undefined {
  let newest: DecodeSlot | undefined;
  for (const slot of slots) {
    if (slot.isFilled && (newest === undefined || slot.order > newest.order)) newest = slot;
  }
  return newest;
}

function serve(task: DecodeTask): void {
  const decoder = CellDecoder.of(task.schema, task.convert);
  if (decoder === undefined) return;
  const slots = task.slots.map((memory) => new DecodeSlot(memory));
  parentPort?.on('message', () => {
    for (let slot = newestFilled(slots); slot; slot = newestFilled(slots)) {
      if (!slot.claim()) continue;
      decoder.decode(slot);
      parentPort?.postMessage(null);
    }
  });
  parentPort?.postMessage(null);
}

serve(workerData);
