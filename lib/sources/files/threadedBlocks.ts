import { Worker } from 'node:worker_threads';
import { StreamingError } from '../../errors.js';
import { DecodeSlot, slotBytes } from './decodeSlot.js';
import type { DecodeTask } from './decodeThread.js';
import type { LineBlock } from './lineBlocks.js';

export interface ThreadOptions {
  /** The source, for messages. */
  readonly source: string;
  /** What the thread needs to know beside its slots. */
  readonly task: Omit<DecodeTask, 'slots'>;
  /** The module that the thread runs. */
  readonly module: URL;
}

/** Blocks that are read ahead at most. */
const slotCount = 6;

/** A slot that holds a block, and where the block is in its file. */
interface FilledSlot {
  readonly slot: DecodeSlot;
  readonly position: number;
}

/**
 * Blocks of lines, in their order, some of them decoded by another thread meanwhile.
 *
 * Blocks are copied into slots as long as there are free ones. The thread takes the newest; the oldest,
 * when it is due, is given as it is if nobody has begun with it: so both threads are always at work,
 * and neither waits for a thread that is still starting, or cannot start.
 *
 * Errors: `DECODE_THREAD_ENDED` if the thread ends with a block that it has begun.
 */
export class ThreadedBlocks {
  private readonly worker: Worker;
  private readonly free: DecodeSlot[];
  private order = 0;
  private inUse = false;
  private ended: string | undefined;
  private wake: () => void = () => {};

  constructor(private readonly options: ThreadOptions) {
    this.free = Array.from({ length: slotCount }, () => DecodeSlot.create());
    const task: DecodeTask = { ...options.task, slots: this.free.map(({ memory }) => memory) };
    // Not what the host was started with: a module preloaded for the program is not for this thread.
    this.worker = new Worker(options.module, { workerData: task, execArgv: [] });
    this.worker.unref();
    this.worker.on('message', () => this.wake());
    this.worker.on('error', (error) => this.end(String(error)));
    this.worker.on('exit', (code) => this.end(`exit code ${code}`));
  }

  /** Of one range of a file; a second one before the first has ended is not decoded ahead. */
  async *over(file: string, blocks: AsyncGenerator<LineBlock>): AsyncGenerator<LineBlock> {
    if (this.inUse || this.ended !== undefined) return yield* blocks;
    this.inUse = true;
    const queue: FilledSlot[] = [];
    try {
      let unfit: LineBlock | undefined;
      do {
        unfit = await this.fillFrom(blocks, queue);
        for (let next = queue.shift(); next; next = queue.shift()) {
          yield* this.take(file, next);
          unfit ??= await this.fillFrom(blocks, queue);
        }
        if (unfit) yield unfit;
      } while (unfit);
    } finally {
      for (const { slot } of queue) await this.giveBack(slot);
      await blocks.return(undefined);
      this.inUse = false;
    }
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.worker.terminate();
  }

  /** Fills the free slots; answers a block that does not fit into one, which waits for those before. */
  private async fillFrom(
    blocks: AsyncGenerator<LineBlock>,
    queue: FilledSlot[],
  ): Promise<LineBlock | undefined> {
    while (this.free.length > 0) {
      const { done, value: block } = await blocks.next();
      if (done) return undefined;
      if (block.tooLong || block.end > slotBytes) return block;
      const slot = this.free.pop() as DecodeSlot;
      slot.fill(block.bytes.subarray(block.start, block.end), this.order++);
      queue.push({ slot, position: block.position + block.start });
      this.worker.postMessage(null);
    }
    return undefined;
  }

  private async *take(
    file: string,
    { slot, position }: FilledSlot,
  ): AsyncGenerator<LineBlock, void, void> {
    const block = { bytes: slot.bytes, start: 0, end: slot.end, position, tooLong: false };
    try {
      if (slot.claim()) yield block;
      else {
        await this.finished(slot, file);
        yield { ...block, decoded: slot };
      }
    } finally {
      this.free.push(slot);
    }
  }

  private async giveBack(slot: DecodeSlot): Promise<void> {
    if (!slot.claim()) await this.finished(slot, '').catch(() => {});
    this.free.push(slot);
  }

  private async finished(slot: DecodeSlot, file: string): Promise<void> {
    if (slot.isFinished) return;
    this.worker.ref(); // nothing else may keep the process while it waits
    while (!slot.isFinished && this.ended === undefined) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    this.worker.unref();
    if (slot.isFinished || this.ended === undefined) return;
    const { source } = this.options;
    throw new StreamingError('DECODE_THREAD_ENDED', { source, file, reason: this.ended });
  }

  private end(reason: string): void {
    this.ended ??= reason;
    this.wake();
  }
}
