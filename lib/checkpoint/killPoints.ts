import { type MaybePromise, then } from '../maybe.js';
import type { EpochRecord, StateBackend } from '../state/stateBackend.js';

/** Called with `kp4:before`, `kp4:after`, …; the numbers are those of docs/reliability.md. */
export type KillPoint = (name: string) => void;

/** `backend` with kill point 9 around its commit. */
export function withKillPoints(backend: StateBackend, killPoint: KillPoint): StateBackend {
  const snapshot = backend.snapshot?.bind(backend);
  return {
    ...(snapshot === undefined ? {} : { snapshot }),
    operator: (operatorId) => backend.operator(operatorId),
    begin: () => backend.begin(),
    beginTurn: () => backend.beginTurn(),
    encodeSome: () => backend.encodeSome?.() ?? false,
    commit: (record: EpochRecord, after?: MaybePromise<void>): MaybePromise<void> => {
      const first = then(after, () => killPoint('kp9:before'));
      return then(backend.commit(record, first), () => killPoint('kp9:after'));
    },
    abort: () => backend.abort(),
    close: () => backend.close(),
  };
}
