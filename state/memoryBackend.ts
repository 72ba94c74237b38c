import { StreamingError } from '../lib/errors.js';
import type { MaybePromise } from '../lib/maybe.js';
import type { EpochRecord, StateBackend } from '../lib/state/stateBackend.js';
import type { StateStore } from '../lib/state/stateStore.js';
import { OperatorState, type StateGround } from './operatorState.js';
import type { StateTable } from './tables/stateTable.js';

/**
 * State in memory only: for subscriptions, and for queries without a checkpoint.
 *
 * State:  plain `Map`s, nothing is ever encoded.
 * Errors: `STATE_CLOSED` after `abort` or `close`: there is nothing to go back to.
 *
 * @example
 * const backend = memoryBackend();
 * const seen = backend.operator('dedup-0').keyed<number>('seen');
 * seen.insert('a', 1);
 * seen.size; // 1
 * @since 0.1.0
 */
export function memoryBackend(): StateBackend {
  return new MemoryBackend();
}

class MemoryBackend implements StateBackend {
  private readonly operators = new Map<string, OperatorState>();
  /** Of all operators, to be walked twice for every turn of a live subscription, which is a row. */
  private readonly tables: StateTable[] = [];
  private readonly ground: StateGround = {
    below: () => undefined,
    writesChanges: false,
    pageLimits: undefined,
    entriesRead: () => 0,
    opened: (table) => void this.tables.push(table),
  };
  private closed = false;

  operator(operatorId: string): StateStore {
    if (this.closed) throw new StreamingError('STATE_CLOSED', { what: `'${operatorId}'` });
    let state = this.operators.get(operatorId);
    if (state === undefined) {
      state = new OperatorState(operatorId, this.ground);
      this.operators.set(operatorId, state);
    }
    return state;
  }

  begin(): void {
    if (this.closed) throw new StreamingError('STATE_CLOSED', { what: 'a batch' });
    for (let i = 0; i < this.tables.length; i++) this.tables[i]?.beginBatch();
  }

  beginTurn(): void {
    for (const table of this.tables) table.beginTurn();
  }

  commit(_record: EpochRecord, after?: MaybePromise<void>): MaybePromise<void> {
    if (this.closed) throw new StreamingError('STATE_CLOSED', { what: 'a commit' });
    for (let i = 0; i < this.tables.length; i++) this.tables[i]?.forgetChanges();
    return after;
  }

  abort(): void {
    this.close();
  }

  close(): void {
    this.closed = true;
    for (const table of this.tables) table.close();
  }
}
