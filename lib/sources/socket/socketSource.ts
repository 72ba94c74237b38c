import { StreamingError } from '../../errors.js';
import type { Source, SourceContext, SourceReport } from '../source.js';
import { LineBuffer, type LineBufferLimits } from './lineBuffer.js';
import { type ConnectionPolicy, LineConnection } from './lineConnection.js';
import { LineSplitter } from './lineSplitter.js';

/** The options of a socket source, checked. */
export interface SocketSettings {
  readonly policy: ConnectionPolicy;
  readonly limits: LineBufferLimits;
  readonly maxLineBytes: number;
  readonly maxRows: number;
  readonly timestamps: 'none' | 'date' | 'ms';
}

/** Offsets count the lines received since the query was first started. */
export class SocketSource<T> implements Source<T, number> {
  private readonly buffer: LineBuffer;
  private readonly connection: LineConnection;
  private fixedEnd = Number.POSITIVE_INFINITY;
  private failure: StreamingError | undefined;

  constructor(
    private readonly settings: SocketSettings,
    private readonly ctx: SourceContext,
  ) {
    const base = typeof ctx.resumeFrom === 'number' ? ctx.resumeFrom : 0;
    this.buffer = new LineBuffer(base, settings.limits, () => ctx.now());
    const splitter = new LineSplitter(settings.maxLineBytes, this.buffer);
    this.connection = new LineConnection(settings.policy, {
      data: (chunk) => this.received(() => splitter.push(chunk)),
      ended: () => this.received(() => splitter.end()),
      lost: () => splitter.reset(),
      failed: (error) => {
        this.failure = error;
        ctx.wake();
      },
    });
  }

  async connect(): Promise<void> {
    try {
      await this.connection.open();
    } catch (error) {
      this.connection.close();
      throw error;
    }
  }

  /** What arrived before a failure comes first. */
  latestOffset(start: number | null, limit: 'one batch' | 'everything'): number | null {
    const from = start ?? 0;
    const end = Math.min(this.buffer.end, this.fixedEnd);
    if (end <= from) {
      if (this.failure) throw this.failure;
      return start;
    }
    return limit === 'everything' ? end : Math.min(end, from + this.settings.maxRows);
  }

  read(after: number | null, upTo: number, report: SourceReport): Iterable<readonly T[]> {
    const { policy, maxLineBytes, timestamps } = this.settings;
    const tooLong = () =>
      new StreamingError('LINE_TOO_LONG', { source: policy.source, maxBytes: maxLineBytes });
    return [this.buffer.rows<T>(after ?? 0, upTo, rowMaker<T>(timestamps), report, tooLong)];
  }

  commit(upTo: number): void {
    this.buffer.forget(upTo);
    if (!this.buffer.full) this.connection.resume();
  }

  close(): void {
    this.connection.close();
  }

  fixEnd(): void {
    this.fixedEnd = this.buffer.end;
  }

  private received(split: () => void): void {
    const before = this.buffer.end;
    split();
    if (this.buffer.full) this.connection.pause();
    if (this.buffer.end > before) this.ctx.wake();
  }
}

function rowMaker<T>(timestamps: 'none' | 'date' | 'ms'): (text: string, timeMs: number) => T {
  switch (timestamps) {
    case 'none':
      return (value) => ({ value }) as T;
    case 'date':
      return (value, timeMs) => ({ value, timestamp: new Date(timeMs) }) as T;
    case 'ms':
      return (value, timeMs) => ({ value, timestamp: timeMs }) as T;
  }
}
