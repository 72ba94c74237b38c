import { readMetadata } from '../checkpoint/metadataFile.js';
import { nodeFileSystem } from '../checkpoint/nodeFileSystem.js';
import { StreamingError } from '../errors.js';
import { type OptionNames, requireKnownOptions } from '../options/knownOptions.js';
import type { StateRow } from './queryState.js';

/** Options of {@link readState}. */
export interface ReadStateOptions {
  /** Operator id as `explain()` shows it: `aggregate-0`. Default: every operator. */
  readonly operator?: string;
  /** One of the operator's tables, as `table` of a row names it. Default: all. */
  readonly table?: string;
}

const optionNames: OptionNames<ReadStateOptions> = { operator: true, table: true };

/** A row of {@link readState}. */
export interface StoredStateRow extends StateRow {
  readonly operator: string;
}

/**
 * Reads the state in a checkpoint, or in a savepoint, as rows; no query may use it meanwhile.
 *
 * In:     a `checkpointLocation`.
 * Out:    entries in order of operator, table, time (ms) and key, in the form in which the operator keeps
 *         them on disk (accumulators, packed; not results), each verified by its checksum.
 * Errors: `CHECKPOINT_LOCATION` where no folder can be read, `CHECKPOINT_LOCKED`, `STATE_OPEN_FAILED`,
 *         `STATE_FORMAT_UNSUPPORTED`, `STATE_CORRUPT`, `STATE_OPERATOR_UNKNOWN`; for a savepoint `SAVEPOINT_DAMAGED`, `SAVEPOINT_LOCATION`.
 * Source: semantics/spark.md 1.13 (state data source).
 * @example
 * for await (const { key, value } of readState('./checkpoint', { operator: 'aggregate-0' })) {
 *   console.log(key, value);
 * }
 * @since 0.1.0
 */
export async function* readState(
  checkpointLocation: string,
  options: ReadStateOptions = {},
): AsyncGenerator<StoredStateRow> {
  requireKnownOptions('readState', options, optionNames);
  const { readState: open } = await import('../../state/level/readState.js');
  const state = await open(checkpointLocation);
  const { operator: wanted } = options;
  try {
    if (wanted !== undefined && !state.tables.some(({ operator }) => operator === wanted)) {
      await mustBeStateful(wanted, checkpointLocation, state.tables);
    }
    const inOperator = state.tables.filter(({ operator }) => (wanted ?? operator) === operator);
    const tables = inOperator.filter(({ table }) => (options.table ?? table) === table);
    if (options.table !== undefined && tables.length === 0 && inOperator.length > 0) {
      const known = inOperator.map(({ operator, table }) => `${table} of ${operator}`).join(', ');
      const operator = wanted ?? 'this query';
      throw new StreamingError('STATE_OPERATOR_UNKNOWN', { operator, table: options.table, known });
    }
    for (const { operator, table } of tables) {
      for await (const entry of state.entries(operator, table)) yield { operator, table, ...entry };
    }
  } finally {
    await state.close();
  }
}

/** An operator that has kept nothing yet has no table, so that only the metadata names it. */
async function mustBeStateful(
  operator: string,
  location: string,
  tables: readonly { readonly operator: string }[],
): Promise<void> {
  const metadata = await readMetadata(nodeFileSystem(), location);
  const inQuery = metadata?.operators.map(({ id }) => id) ?? [];
  if (inQuery.includes(operator)) return;
  const known = new Set([...inQuery, ...tables.map((table) => table.operator)]);
  throw new StreamingError('STATE_OPERATOR_UNKNOWN', {
    operator,
    known: [...known].join(', ') || 'none',
  });
}
