import { slackBytes } from './jsonBytes.js';
import { defaultBlockBytes } from './lineBlocks.js';

/**
 * A block of lines in memory that two threads share, and what one of them has made of it.
 *
 * The state says whose it is: whoever turns `filled` into another state has the block to itself, and all
 * that the owner has written is seen by whoever reads the next state.
 */
export class DecodeSlot {
  readonly bytes: Buffer;
  readonly cells: Float64Array;
  private readonly head: Int32Array;
  private readonly others: Int32Array;

  constructor(readonly memory: SharedArrayBuffer) {
    this.cells = new Float64Array(memory, 0, slotCells);
    this.head = new Int32Array(memory, othersAt - headBytes, headBytes / 4);
    this.others = new Int32Array(memory, othersAt, 2 * mostOthers);
    this.bytes = Buffer.from(memory, bytesAt, 2 * slotBytes);
  }

  static create(): DecodeSlot {
    return new DecodeSlot(new SharedArrayBuffer(bytesAt + 2 * slotBytes + slackBytes));
  }

  /** Takes whole lines; `order` rises from block to block. */
  fill(lines: Buffer, order: number): void {
    lines.copy(this.bytes);
    this.head[headEnd] = lines.length;
    this.head[headOrder] = order;
    Atomics.store(this.head, headState, filled);
  }

  /** Whether the caller has got a filled block to itself, with which nobody has begun. */
  claim(): boolean {
    return Atomics.compareExchange(this.head, headState, filled, claimed) === filled;
  }

  /** Says that rows and other lines up to `stop` are in the slot. */
  finish(rows: number, otherLines: number, stop: number): void {
    this.head[headRows] = rows;
    this.head[headOthers] = otherLines;
    this.head[headStop] = stop;
    Atomics.store(this.head, headState, finished);
  }

  get isFilled(): boolean {
    return Atomics.load(this.head, headState) === filled;
  }

  get isFinished(): boolean {
    return Atomics.load(this.head, headState) === finished;
  }

  get order(): number {
    return this.head[headOrder] as number;
  }

  /** Behind the last line. */
  get end(): number {
    return this.head[headEnd] as number;
  }

  get rows(): number {
    return this.head[headRows] as number;
  }

  get otherLines(): number {
    return this.head[headOthers] as number;
  }

  /** Behind the last line that was looked at: the cells were full, or there were many other lines. */
  get stop(): number {
    return this.head[headStop] as number;
  }

  /** Notes a line that is not usual: how many rows are before it, and where it begins. */
  setOther(i: number, rows: number, start: number): void {
    this.others[2 * i] = rows;
    this.others[2 * i + 1] = start;
  }

  rowsBefore(i: number): number {
    return this.others[2 * i] as number;
  }

  startOfOther(i: number): number {
    return this.others[2 * i + 1] as number;
  }
}

/** A longer block is not decoded ahead. */
export const slotBytes = defaultBlockBytes;
/** Other lines that a slot has place for. */
export const mostOthers = 512;
const slotCells = 256 * 1024;

const headBytes = 64;
const headState = 0;
const headOrder = 1;
const headEnd = 2;
const headRows = 3;
const headOthers = 4;
const headStop = 5;

const filled = 1;
const claimed = 2;
const finished = 3;

const othersAt = 8 * slotCells + headBytes;
/** The lines, and as much again for strings without their escapes. */
const bytesAt = othersAt + 8 * mostOthers;
