import type { MaybePromise } from '../../../lib/maybe.js';
import type { StageContext } from '../../../lib/plan/planNode.js';
import type { CallScope } from './callScope.js';
import type { Ttl } from './ttl.js';

export type VariableKind = 'value' | 'list' | 'map';

/** What a state variable is made of. */
export interface VariableParts {
  readonly name: string;
  readonly ctx: StageContext;
  readonly scope: CallScope;
  readonly ttl: Ttl | undefined;
}

/** A state variable as the stage keeps house for it. */
export interface Variable {
  readonly kind: VariableKind;
  readonly ttl: Ttl | undefined;
  /** Forgets what the TTL index has under `key`. */
  expire(key: unknown): void;
  /** For `deleteIfExists`: everything in memory … */
  loadAll(): MaybePromise<void>;
  /** … and gone. */
  drop(): void;
}
