import { isPromise, quietly, type Steps } from '../maybe.js';
import type { Stage } from '../plan/planNode.js';
import type { SourceReport } from '../sources/source.js';
import type { BatchReport } from './batchReport.js';
import { checkChunk, checkChunks } from './openPort.js';
import { Stopped } from './operatorError.js';
import type { PlannedRange } from './queryCheckpoint.js';
import type { QuerySetup } from './querySetup.js';
import { refuseRow } from './refuseRow.js';
import type { Slice } from './slice.js';
import { type SourceRun, sameOffset } from './sourceRun.js';

/** Rows between two looks at the clock. */
const rowsPerLook = 512;

type Chunk = IteratorResult<readonly unknown[]>;

/** Reads what is planned of a source, chunk after chunk, into the plan. */
export class RangeReader {
  private stopping = false;

  constructor(
    private readonly setup: QuerySetup,
    private readonly report: BatchReport,
    private readonly slice: Slice,
  ) {}

  /** Gives up sources that answer later; one that is there at once is read to the end of its range. */
  stop(): void {
    this.stopping = true;
  }

  *read(source: SourceRun, range: PlannedRange, replay: boolean): Steps<void> {
    source.endOffset = range.upTo;
    // Where the source was then: behind it may be plans that run after this one.
    if (replay) source.position = range.upTo;
    if (range.upTo === null || sameOffset(range.after, range.upTo)) return;
    if (replay && !source.node.source.replayable) this.report.lost(range);
    this.report.phase = source.node.source.description;
    source.report ??= this.recordReport(source);
    const chunks = source.open.read(range.after, range.upTo, source.report);
    checkChunks(source.node.source.description, chunks);
    const isLater = !(Symbol.iterator in chunks);
    const iterator = isLater ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
    for (;;) {
      const step = iterator.next();
      const { done, value } = isPromise(step) ? ((yield step) as Chunk) : step;
      if (done) break;
      try {
        checkChunk(source.node.source.description, value);
        source.numInputRows += value.length;
        for (let at = 0; at < value.length; at += rowsPerLook) {
          pushRows(source.entry, value, at);
          const pause = this.slice.over();
          if (pause) yield pause;
        }
        if (isLater && this.stopping) throw new Stopped();
      } catch (error) {
        // Where the error has no operator's name: the rows had left the source.
        this.report.phase = 'the query';
        yield* quietly(() => iterator.return?.()); // it may have a file open
        throw error;
      }
    }
    source.position = range.upTo;
  }

  private recordReport(source: SourceRun): SourceReport {
    const { node } = source;
    const { graph } = this.setup;
    const policy = node.badRecords ?? this.setup.failedRowsAt(graph.idOf(node));
    const { description: operator } = node.source;
    return {
      failed: (row: unknown, error: unknown) =>
        refuseRow({ operator, row, time: Number.NaN, error }, policy, this.report),
      dropped: (count: number) => {
        source.droppedRecords += count;
      },
    };
  }
}

/** Rows of a chunk from `from` on, up to the next look at the clock. */
function pushRows(entry: Stage, chunk: readonly unknown[], from: number): void {
  const to = Math.min(chunk.length, from + rowsPerLook);
  for (let i = from; i < to; i++) entry.next(chunk[i], Number.NaN);
}
