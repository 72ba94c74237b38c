import type { EpochRecord } from '../../lib/state/stateBackend.js';
import { DecodeError } from '../codec/decodeError.js';
import { TableTotals } from './tableTotals.js';

/** How many epoch records are kept. */
export const epochsKept = 100;

/**
 * An epoch record as it is stored, a value of the self-describing codec:
 *
 * { queryId, batchId, watermarkMs, nextWatermarkMs, watermarkNodes: Map(node -> ms), completed,
 *   tables: Map(table -> [count, sum, mixed]), previous }
 *
 * `previous` is the checksum of the record before, null in batch 0: a record that was lost breaks the
 * chain.
 */
export interface StoredEpoch {
  readonly record: EpochRecord;
  readonly totals: ReadonlyMap<number, TableTotals>;
  readonly previous: number | null;
}

export function storedFormOf(epoch: StoredEpoch): unknown {
  const { record, totals, previous } = epoch;
  return {
    queryId: record.queryId,
    batchId: record.batchId,
    watermarkMs: record.watermarkMs,
    nextWatermarkMs: record.nextWatermarkMs,
    watermarkNodes: new Map(Object.entries(record.watermarkNodes)),
    completed: record.completed,
    tables: new Map(Array.from(totals, ([id, t]) => [id, [t.count, t.sum, t.mixed]])),
    previous,
  };
}

/** Throws `DecodeError`: a checkpoint is input, and read as such. */
export function epochOf(stored: unknown): StoredEpoch {
  const form = recordIn(stored, 'the epoch record');
  return {
    record: {
      queryId: textIn(form, 'queryId'),
      batchId: numberIn(form, 'batchId'),
      watermarkMs: numberOrNullIn(form, 'watermarkMs'),
      nextWatermarkMs: numberOrNullIn(form, 'nextWatermarkMs'),
      watermarkNodes: nodesIn(form),
      completed: booleanIn(form, 'completed'),
    },
    totals: totalsIn(form),
    previous: numberOrNullIn(form, 'previous'),
  };
}

type Form = Readonly<Record<string, unknown>>;

export function recordIn(stored: unknown, what: string): Form {
  if (typeof stored !== 'object' || stored === null) throw new DecodeError(`${what} is none`, 0);
  return stored as Form;
}

export function textIn(form: Form, name: string): string {
  const value = form[name];
  if (typeof value !== 'string') throw new DecodeError(`${name} is no text`, 0);
  return value;
}

function numberIn(form: Form, name: string): number {
  const value = form[name];
  if (typeof value !== 'number') throw new DecodeError(`${name} is no number`, 0);
  return value;
}

function booleanIn(form: Form, name: string): boolean {
  const value = form[name];
  if (typeof value !== 'boolean') throw new DecodeError(`${name} is no boolean`, 0);
  return value;
}

function numberOrNullIn(form: Form, name: string): number | null {
  return form[name] === null ? null : numberIn(form, name);
}

function mapIn(form: Form, name: string): ReadonlyMap<unknown, unknown> {
  const value = form[name];
  if (!(value instanceof Map)) throw new DecodeError(`${name} is no map`, 0);
  return value;
}

function nodesIn(form: Form): Readonly<Record<string, number>> {
  const nodes = Array.from(mapIn(form, 'watermarkNodes'), ([id, ms]) => {
    if (typeof id !== 'string' || typeof ms !== 'number') {
      throw new DecodeError('watermarkNodes has no numbers', 0);
    }
    return [id, ms] as const;
  });
  return Object.fromEntries(nodes);
}

function totalsIn(form: Form): ReadonlyMap<number, TableTotals> {
  const totals = new Map<number, TableTotals>();
  for (const [id, stored] of mapIn(form, 'tables')) {
    const [count, sum, mixed] = Array.isArray(stored) ? stored : [];
    if (
      typeof id !== 'number' ||
      typeof count !== 'number' ||
      typeof sum !== 'number' ||
      typeof mixed !== 'number'
    ) {
      throw new DecodeError('tables has no totals', 0);
    }
    totals.set(id, new TableTotals(count, sum, mixed));
  }
  return totals;
}
