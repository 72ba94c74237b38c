import { StreamingError } from '../../../lib/errors.js';
import type { TableOptions } from '../../../lib/state/stateStore.js';

/** A value and when it ends to be there: processing time (ms), NaN without a TTL. */
export interface Cell {
  readonly value: unknown;
  readonly expiresMs: number;
}

/** Gone at its expiry, not only after it; without a TTL it never is. */
export function isLive(cell: Cell, nowMs: number): boolean {
  return !(cell.expiresMs <= nowMs);
}

/** `cell := value`, or with a TTL `[value, expiry]`. */
export function cellFormat(
  withTtl: boolean,
): Required<Pick<TableOptions<Cell>, 'toStored' | 'fromStored'>> &
  Pick<TableOptions<Cell>, 'userValueAt'> {
  if (!withTtl) {
    return {
      toStored: (cell) => cell.value,
      fromStored: (value) => ({ value, expiresMs: Number.NaN }),
    };
  }
  return {
    userValueAt: '[0]',
    toStored: (cell) => [cell.value, cell.expiresMs],
    fromStored: (stored) => {
      const [value, expiresMs] = stored as readonly [unknown, number];
      return { value, expiresMs };
    },
  };
}

/** Throws `STATE_NULL` for null and undefined. */
export function requireValue(value: unknown, operator: string, what: string): void {
  if (value === null || value === undefined)
    throw new StreamingError('STATE_NULL', { operator, what });
}
