import { canonicalKey } from '../../lib/state/canonicalKey.js';
import { keptKey } from '../../lib/state/keptKey.js';

/** The rows that one batch brings for one key, in order of arrival. */
export interface KeyRows {
  /** The key of its first row, as a group shows it. */
  readonly key: unknown;
  readonly rows: unknown[];
}

/** Rows of a batch put together by key; keys in order of first appearance, compared by value. */
export class RowsByKey {
  private readonly groups = new Map<unknown, KeyRows>();

  constructor(private readonly operator: string) {}

  add(key: unknown, row: unknown): void {
    this.group(key).rows.push(row);
  }

  /** The rows of `key`: an empty group is made if there are none. */
  group(key: unknown): KeyRows {
    const canonical = canonicalKey(key, this.operator);
    let group = this.groups.get(canonical);
    if (group === undefined) {
      group = { key: keptKey(key), rows: [] };
      this.groups.set(canonical, group);
    }
    return group;
  }

  values(): Iterable<KeyRows> {
    return this.groups.values();
  }

  clear(): void {
    this.groups.clear();
  }
}
