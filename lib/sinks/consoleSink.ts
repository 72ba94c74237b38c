import { counted } from '../counted.js';
import { type OptionNames, requireKnownOptions } from '../options/knownOptions.js';
import { outputModes } from '../plan/outputMode.js';
import type { StructType } from '../schema/types.js';
import { rowTable } from '../terminal/rowTable.js';
import { renderTable } from '../terminal/table.js';
import type { Sink, StreamSink } from './sink.js';

/** Options of {@link consoleSink}. */
export interface ConsoleSinkOptions {
  /** Rows shown of each batch. Default 20. */
  readonly numRows?: number;
  /** Columns after which a cell is cut: `true` 20, `false` never. Dates and windows are never cut. */
  readonly truncate?: boolean | number;
  /** Where the text goes. Default: standard output. */
  readonly out?: (text: string) => void;
}

const optionNames: OptionNames<ConsoleSinkOptions> = { numRows: true, truncate: true, out: true };

/**
 * Prints each batch as a table; a batch without rows prints nothing.
 *
 * In:     any mode. In continuous mode rows are printed as they come.
 * Out:    at least once: after a crash one batch (one epoch) is printed again.
 * Source: semantics/spark.md 1.3. Control characters in the data are printed as escapes.
 *
 * @example
 * writeStream(counts, { sink: consoleSink({ numRows: 5 }), outputMode: 'complete' });
 * // -------------------------------------------
 * // Batch: 0
 * // -------------------------------------------
 * // +------+---+
 * // | word | n |
 * // +------+---+
 * // | a    | 2 |
 * // +------+---+
 *
 * @since 0.1.0
 */
export function consoleSink(options: ConsoleSinkOptions = {}): StreamSink<unknown> {
  requireKnownOptions('consoleSink', options, optionNames);
  const {
    numRows = 20,
    truncate = true,
    out = (text) => void process.stdout.write(text),
  } = options;
  if (!Number.isInteger(numRows) || numRows < 1) {
    throw new RangeError(`consoleSink: numRows must be a whole number from 1, not ${numRows}`);
  }
  if (typeof out !== 'function') {
    throw new TypeError(`consoleSink: out must be a function of the text, not ${String(out)}`);
  }
  const columns = truncate === true ? 20 : truncate === false ? Number.POSITIVE_INFINITY : truncate;
  if (!(columns >= 1)) {
    throw new RangeError(
      `consoleSink: truncate must be true, false or a number from 1, not ${columns}`,
    );
  }
  return {
    kind: 'console',
    description: 'ConsoleSink',
    modes: outputModes,
    open: (ctx) => new ConsoleSink({ numRows, columns, out, schema: ctx.schema }),
  };
}

interface Printing {
  readonly numRows: number;
  readonly columns: number;
  readonly out: (text: string) => void;
  readonly schema: StructType | undefined;
}

class ConsoleSink implements Sink<unknown> {
  constructor(private readonly printing: Printing) {}

  addBatch(batchId: number, rows: readonly unknown[]): void {
    this.print(batchId, rows);
  }

  addRows(epochId: number, rows: readonly unknown[]): void {
    this.print(epochId, rows);
  }

  close(): void {}

  private print(batchId: number, rows: readonly unknown[]): void {
    if (rows.length > 0) this.printing.out(batchText(batchId, rows, this.printing));
  }
}

/** What is printed of a batch that has rows. */
function batchText(
  batchId: number,
  rows: readonly unknown[],
  { numRows, columns, schema }: Pick<Printing, 'numRows' | 'columns' | 'schema'>,
): string {
  const rule = '-'.repeat(43);
  const lines = renderTable(rowTable(rows.slice(0, numRows), columns, schema));
  const more = rows.length > numRows ? [`only showing top ${counted(numRows, 'row')}`] : [];
  return `${[rule, `Batch: ${batchId}`, rule, ...lines, ...more, ''].join('\n')}\n`;
}
