import type { StageContext } from '../../../lib/plan/planNode.js';
import type { KeyedTable, TimedTable } from '../../../lib/state/stateStore.js';
import { type StoredGroup, storedGroups } from './storedGroup.js';

/**
 * State of an operator with GroupState: `groups := key -> group` and the index of timeouts,
 * `timeouts := timeout key -> null`.
 *
 * Invariant: a group with a timeout has exactly one entry in the index, at that time.
 */
export class GroupStateTables {
  readonly timeouts: TimedTable<null>;
  private readonly groups: KeyedTable<StoredGroup>;

  constructor(ctx: StageContext) {
    this.groups = ctx.state.keyed<StoredGroup>('groups', storedGroups);
    this.timeouts = ctx.state.timed<null>('timeouts', { counted: false });
  }

  find(key: unknown): StoredGroup | undefined {
    return this.groups.find(key)?.value;
  }

  /** Keeps `after` where `before` was; undefined: nothing. */
  replace(key: unknown, before: StoredGroup | undefined, after: StoredGroup | undefined): void {
    if (before === after) return;
    this.moveTimeout(key, before?.timeoutMs ?? Number.NaN, after?.timeoutMs ?? Number.NaN);
    const entry = before === undefined ? undefined : this.groups.find(key);
    if (entry === undefined) {
      if (after !== undefined) this.groups.insert(key, after);
    } else if (after === undefined) {
      this.groups.remove(entry);
    } else {
      entry.value = after;
      this.groups.touch(entry);
    }
  }

  private moveTimeout(key: unknown, from: number, to: number): void {
    if (Object.is(from, to)) return;
    if (!Number.isNaN(from)) {
      const entry = this.timeouts.find(from, key);
      if (entry !== undefined) this.timeouts.remove(entry);
    }
    if (!Number.isNaN(to)) this.timeouts.insert(to, key, null);
  }
}
