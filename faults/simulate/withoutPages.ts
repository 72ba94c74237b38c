import type { StateBackend } from '../../lib/state/stateBackend.js';
import type { StateStore, TableOptions } from '../../lib/state/stateStore.js';

/** A backend whose tables store each entry by itself, as all did before there were pages. */
export function withoutPages(backend: StateBackend): StateBackend {
  return {
    operator: (operatorId) => storeOf(backend.operator(operatorId)),
    begin: () => backend.begin(),
    beginTurn: () => backend.beginTurn(),
    encodeSome: () => backend.encodeSome?.() ?? false,
    commit: (record, after) => backend.commit(record, after),
    abort: () => backend.abort(),
    close: () => backend.close(),
  };
}

function storeOf(store: StateStore): StateStore {
  return {
    keyed: (name, options) => store.keyed(name, options),
    timed: <V>(name: string, { paged: _, ...options }: TableOptions<V> = {}) =>
      store.timed<V>(name, options),
    writesChanges: store.writesChanges,
    get names() {
      return store.names;
    },
    get metrics() {
      return store.metrics;
    },
  };
}
