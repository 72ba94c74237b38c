import { type OptionNames, requireKnownOptions } from '../options/knownOptions.js';
import {
  positiveIntegerOption,
  timestampsOption,
  wholeNumberOption,
} from '../options/optionValues.js';
import { type RateRow, rateRows, rateSchema } from './rateRow.js';
import type { Source, StreamSource } from './source.js';

/** Options of {@link ratePerBatch}. */
export interface RatePerBatchOptions<TS extends 'date' | 'ms' = 'date'> {
  /** Rows in each batch. */
  readonly rowsPerBatch: number;
  /** Timestamp of the rows of the first batch, ms since the epoch. Default 0. */
  readonly startTimestamp?: number;
  /** How much later the rows of the next batch are, ms. Default 1000. */
  readonly advanceMillisPerBatch?: number;
  /** Column `timestamp` as a Date (default) or in ms since the epoch. */
  readonly timestamps?: TS;
}

/** It has no default. */
const example = 'give { rowsPerBatch: 10 }';

const optionNames: OptionNames<RatePerBatchOptions> = {
  rowsPerBatch: true,
  startTimestamp: true,
  advanceMillisPerBatch: true,
  timestamps: true,
};

/** What has been given so far, and the timestamp of the batch that comes next. */
export type RatePerBatchOffset = {
  readonly offset: number;
  readonly timestamp: number;
};

/**
 * Makes a source with the same number of rows in every batch, whatever the clock says: batch `n` has
 * the values `n · rowsPerBatch` and on, all with one timestamp.
 *
 * Time:   reads no clock. It always has a next batch: use it with `processingTime`, `once` or
 *         `availableNow` (one batch), or stop the query; with `asap` batches follow without pause.
 * Errors: RangeError for options.
 * Source: semantics/spark.md 1.2 (rate-micro-batch), 3.12.
 *
 * @example
 * readStream(ratePerBatch({ rowsPerBatch: 10, startTimestamp: 1000, advanceMillisPerBatch: 50 }));
 * @since 0.1.0
 */
export function ratePerBatch<TS extends 'date' | 'ms' = 'date'>(
  options: RatePerBatchOptions<TS>,
): StreamSource<RateRow<TS>> {
  const owner = 'ratePerBatch';
  requireKnownOptions<RatePerBatchOptions<TS>>(owner, options, optionNames);
  if (options?.rowsPerBatch === undefined) {
    throw new TypeError(`ratePerBatch: rowsPerBatch is missing: ${example}`);
  }
  const rowsPerBatch = positiveIntegerOption(owner, 'rowsPerBatch', options.rowsPerBatch, example);
  const startMs = wholeNumberOption(owner, 'startTimestamp', options.startTimestamp ?? 0);
  const advance = options.advanceMillisPerBatch ?? 1000;
  const advanceMs = wholeNumberOption(owner, 'advanceMillisPerBatch', advance);
  const asDates = timestampsOption(owner, options.timestamps) === 'date';
  return {
    kind: 'ratePerBatch',
    description: `RatePerBatch[rowsPerBatch=${rowsPerBatch}, advanceMillisPerBatch=${advanceMs}]`,
    schema: rateSchema,
    replayable: true,
    open: () => new RatePerBatchSource<TS>(rowsPerBatch, startMs, advanceMs, asDates),
  };
}

class RatePerBatchSource<TS extends 'date' | 'ms'>
  implements Source<RateRow<TS>, RatePerBatchOffset>
{
  private fixing = false;
  private fixedEnd: RatePerBatchOffset | undefined;

  constructor(
    private readonly rowsPerBatch: number,
    private readonly startMs: number,
    private readonly advanceMs: number,
    private readonly asDates: boolean,
  ) {}

  latestOffset(start: RatePerBatchOffset | null): RatePerBatchOffset {
    if (this.fixedEnd) return this.fixedEnd;
    const from = start ?? this.first();
    const next = {
      offset: from.offset + this.rowsPerBatch,
      timestamp: from.timestamp + this.advanceMs,
    };
    if (this.fixing) this.fixedEnd = next;
    return next;
  }

  read(after: RatePerBatchOffset | null, upTo: RatePerBatchOffset) {
    const from = after ?? this.first();
    const count = upTo.offset - from.offset;
    return rateRows<TS>(from.offset, count, () => from.timestamp, this.asDates);
  }

  commit(): void {}

  close(): void {}

  /** The end is one batch from where the query stands when it asks next. */
  fixEnd(): void {
    this.fixing = true;
  }

  private first(): RatePerBatchOffset {
    return { offset: 0, timestamp: this.startMs };
  }
}
