import { type Entry, entryKey } from '../../lib/state/entry.js';
import type { KeyedTable, StateStore, TimedTable } from '../../lib/state/stateStore.js';
import type { SessionEnds } from './sessionEnds.js';
import { type KeySessions, type StoredSession, sessionsAt } from './sessionKey.js';

/**
 * Where the sessions of each key lie, as versions before D-037 kept them: all of a key in the table of sessions,
 * and their spans in `heads`: start, end, start, end … A key's spans leave when a row of it comes, or its last
 * session; no key is added.
 */
export class KeySpans<V> {
  private readonly heads: KeyedTable<readonly number[]>;

  constructor(
    state: StateStore,
    private readonly sessions: TimedTable<StoredSession<V>>,
    private readonly ends: SessionEnds<V>,
  ) {
    this.heads = state.keyed('heads', { counted: false });
  }

  /** Takes out the sessions of a key, if there are any. */
  take(key: unknown): KeySessions<V> | undefined {
    if (this.heads.size === 0) return undefined;
    const head = this.heads.find(key);
    if (head === undefined) return undefined;
    const spans = head.value;
    this.heads.remove(head);
    const at = spans.length - 2;
    const [start, end] = spans.slice(at) as [number, number];
    const last = this.sessions.find(end, key);
    if (last === undefined) {
      throw new TypeError(`session [${start}, ${end}) is known to its key, not to its table`);
    }
    this.sessions.remove(last);
    this.ends.add(entryKey(head), end);
    const earlier = sessionsAt<V>(spans, at);
    return { start, end, value: last.value.value, earlier, rows: undefined };
  }

  /** A session has left its table. */
  forget(session: Entry<unknown>, end: number): void {
    if (this.heads.size === 0) return;
    const head = this.heads.find(entryKey(session));
    if (head === undefined) return;
    const spans = head.value;
    const at = spans.findIndex((each, i) => i % 2 === 1 && each === end);
    head.value = [...spans.slice(0, at - 1), ...spans.slice(at + 1)];
    if (head.value.length === 0) this.heads.remove(head);
    else this.heads.touch(head);
  }
}
