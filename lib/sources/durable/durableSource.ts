import { StreamingError } from '../../errors.js';
import type { Json, Source, SourceContext } from '../source.js';
import type { DurableLog } from './durableLog.js';
import { decodeRow } from './rowCodec.js';

/** What the description of a durable source and its one open source share. */
export interface DurableFeed {
  readonly description: string;
  /** Whether no row will be pushed any more. */
  readonly completed: boolean;
  /** What ended it: rows that are durable are given first. */
  readonly failure: unknown;
  /** The query reads no more: pushes are refused from now on. */
  closing(): void;
  /** The log is closed: another query may open it. */
  over(): void;
}

const chunkRows = 1000;

/** Offsets count the rows pushed since the log was begun; only durable rows are shown. */
export class DurableSource<T> implements Source<T, number> {
  private fixedEnd = Number.POSITIVE_INFINITY;
  private committed: number;
  private isClosed = false;

  constructor(
    private readonly feed: DurableFeed,
    private readonly log: DurableLog,
    private readonly maxRows: number,
    ctx: SourceContext,
  ) {
    this.committed = plannedRows(ctx.resumeFrom);
    requirePlanned(feed.description, log, this.committed);
  }

  get completed(): boolean {
    return this.feed.completed && this.log.idle && this.committed >= this.log.durableUpTo;
  }

  latestOffset(start: number | null, limit: 'one batch' | 'everything'): number | null {
    const from = start ?? 0;
    const end = Math.min(this.log.durableUpTo, this.fixedEnd);
    if (end <= from) {
      if (this.feed.failure !== undefined) throw this.feed.failure;
      return start;
    }
    return limit === 'everything' ? end : Math.min(end, from + this.maxRows);
  }

  *read(after: number | null, upTo: number): Iterable<readonly T[]> {
    const from = after ?? 0;
    requireRows(this.feed.description, this.log, from, upTo);
    for (let at = from; at < upTo; at += chunkRows) {
      const payloads = this.log.range(at, Math.min(at + chunkRows, upTo));
      yield payloads.map((payload) => decodeRow(payload) as T);
    }
  }

  async commit(upTo: number): Promise<void> {
    this.committed = upTo;
    await this.log.cut(upTo);
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.feed.closing();
    await this.log.close();
    this.feed.over();
  }

  fixEnd(): void {
    this.fixedEnd = this.log.durableUpTo;
  }

  metrics(): Readonly<Record<string, string>> {
    return { heldBytes: String(this.log.bytes) };
  }
}

/** The rows that a log has: those behind the first offset, up to the second. */
type Held = Pick<DurableLog, 'cutUpTo' | 'durableUpTo'>;

/** Reads an offset of a checkpoint. */
export function plannedRows(offset: Json): number {
  return typeof offset === 'number' ? offset : 0;
}

/** What a checkpoint has planned must be in the log: only durable rows are planned. */
export function requirePlanned(source: string, held: Held, planned: number): void {
  requireRows(source, held, Math.max(planned, held.cutUpTo), planned);
}

/** Throws `SOURCE_RANGE_GONE`. */
function requireRows(
  source: string,
  { cutUpTo, durableUpTo }: Held,
  after: number,
  upTo: number,
): void {
  if (after >= cutUpTo && upTo <= durableUpTo) return;
  throw new StreamingError('SOURCE_RANGE_GONE', {
    source,
    wanted: `rows ${after + 1} to ${upTo}`,
    available: durableUpTo === cutUpTo ? 'none' : `rows ${cutUpTo + 1} to ${durableUpTo}`,
    fix: 'the log in the checkpoint was cut or replaced: restore the checkpoint as a whole',
  });
}
