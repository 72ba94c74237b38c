import type { TableOptions } from '../../../lib/state/stateStore.js';

/** What is kept of a key: a state, a timeout, or both. */
export interface StoredGroup {
  readonly defined: boolean;
  readonly state: unknown;
  /** Processing or event time (ms); NaN: none. */
  readonly timeoutMs: number;
}

/** `group := [state] | [state, timeout] | [null, timeout, true]`, the last without a state. */
export const storedGroups: TableOptions<StoredGroup> = {
  userValueAt: '[0]',
  toStored: ({ defined, state, timeoutMs }) => {
    if (Number.isNaN(timeoutMs)) return [state];
    return defined ? [state, timeoutMs] : [null, timeoutMs, true];
  },
  fromStored: (stored) => {
    const [state, timeoutMs, stateless] = stored as readonly [unknown, number?, boolean?];
    return { defined: stateless !== true, state, timeoutMs: timeoutMs ?? Number.NaN };
  },
};
