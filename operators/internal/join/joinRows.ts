import type { MaybePromise } from '../../../lib/maybe.js';
import type { Entry } from '../../../lib/state/entry.js';
import type { KeyRows, Leave } from './bucket.js';
import type { JoinKey } from './joinKey.js';
import type { JoinSide } from './joinType.js';
import type { SideRows } from './sideRows.js';

/** Takes the rows that leave, by side. */
export type Leaving = Readonly<Record<JoinSide, Leave>>;

/** The rows that a join has in its state. */
export interface JoinRows extends Readonly<Record<JoinSide, SideRows>> {
  /** `flush`: this batch ends with `flush`. */
  prepare(flush: boolean): MaybePromise<void>;
  find(key: JoinKey): Entry<KeyRows> | undefined;
  /** An entry for a key for which `find` has just found none; a row MUST be added to it. */
  insert(key: JoinKey): Entry<KeyRows>;
  /** Stores a row that matches nothing, whatever may come. */
  addAlone(side: JoinSide, key: JoinKey, row: unknown): void;
  /** Rows that can match nothing any more leave: left ones, then right ones. */
  evict(leaving: Leaving): void;
  /** The end: whatever is left of these sides leaves. */
  flush(sides: readonly JoinSide[], leaving: Leaving): void;
}
