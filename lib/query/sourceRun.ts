import type { MaybePromise } from '../maybe.js';
import type { Stage } from '../plan/planNode.js';
import type { Json, Source, SourceReport } from '../sources/source.js';
import type { SourceNode } from '../stream/sourceNode.js';
import type { PlanEntry } from './queryCheckpoint.js';

/** What a batch has read of a source, which may forget what is before its end. */
export interface ReadRange {
  readonly source: SourceRun;
  readonly after: Json;
  readonly upTo: Json;
  /** Where the source is: the end, or that of an earlier batch if it had nothing. */
  readonly position: Json;
}

/** One source of a running query: where it is, and what it has given in the current batch. */
export class SourceRun {
  source: Source<unknown> | undefined;
  /** Where its rows enter the plan; set when the plan is compiled. */
  entry!: Stage;
  /** End of the last planned range. */
  position: Json = null;
  /** What the source last answered. */
  latest: Json = null;
  /** Where it says which records it could not read; made once, for all its ranges. */
  report: SourceReport | undefined;
  numInputRows = 0;
  droppedRecords = 0;
  /** Range of the current batch, for progress and errors. */
  startOffset: Json = null;
  endOffset: Json = null;

  constructor(
    readonly id: string,
    readonly node: SourceNode,
  ) {}

  /** Of the batch that runs. */
  get range(): ReadRange {
    const { startOffset: after, endOffset: upTo, position } = this;
    return { source: this, after, upTo, position };
  }

  get open(): Source<unknown> {
    return this.source as Source<unknown>;
  }

  /** Asks for the end of the next range; answers null if nothing is new. */
  next(limit: 'one batch' | 'everything'): MaybePromise<Json> {
    return this.open.latestOffset(this.position, limit) as MaybePromise<Json>;
  }

  isNew(offset: Json): boolean {
    return offset !== null && !sameOffset(offset, this.position);
  }

  clear(): void {
    this.numInputRows = 0;
    this.droppedRecords = 0;
    this.startOffset = this.position;
    this.endOffset = this.position;
  }

  /** A source that was opened again stands behind the plan, which is to run once more. */
  repeats({ turns }: PlanEntry): void {
    const range = turns.flatMap(({ ranges }) => ranges).find(({ source }) => source === this.id);
    if (range) this.startOffset = range.after;
  }
}

/** Offsets are JSON: equal if they read the same. */
export function sameOffset(a: Json, b: Json): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
