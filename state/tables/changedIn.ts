import type { ChangedEntries } from '../../lib/state/stateStore.js';
import { isChanged, type TableEntry } from './tableEntry.js';

/** Those entries of a `KeyMap` that have changed, under text and integers that are their own canonical form. */
export class ChangedIn<V> implements ChangedEntries<V> {
  constructor(private readonly entries: ReadonlyMap<unknown, TableEntry<V>>) {}

  /** Short, so that V8 inlines it where a row finds its group. */
  changed(key: unknown): TableEntry<V> | undefined {
    if (typeof key === 'number') {
      if ((key | 0) !== key) return;
    } else if (typeof key !== 'string' || key.charCodeAt(0) === 0) return;
    const entry = this.entries.get(key);
    return entry !== undefined && isChanged(entry) ? entry : undefined;
  }
}
