import { StreamingError } from '../../../lib/errors.js';
import { requireKnownOptions } from '../../../lib/options/knownOptions.js';
import { reasonOf } from '../../../lib/thrown.js';
import { type DurationInput, durationMs } from '../../../lib/time/duration.js';
import type { CallScope } from './callScope.js';
import type { StateHandle, TimeMode } from './processor.js';
import type { VariableKind } from './variable.js';
import type { Variables } from './variables.js';

interface GivenOptions {
  readonly ttl?: DurationInput;
}

/** What `init` gets. The types of keys and values are the user's word; at run time there are none. */
export function stateHandle<M extends TimeMode>(
  variables: Variables,
  scope: CallScope,
  mode: M,
): StateHandle<M> {
  const declare = (kind: VariableKind) => (name: string, options?: GivenOptions) => {
    scope.requireInit(`handle.${kind}`);
    requireKnownOptions(`handle.${kind}`, options, { ttl: true });
    return variables.declare(kind, name, ttlMsOf(name, options?.ttl, mode, scope.operator));
  };
  const handle: unknown = {
    value: declare('value'),
    list: declare('list'),
    map: declare('map'),
    deleteIfExists: (name: string) => {
      scope.requireInit('handle.deleteIfExists');
      variables.deleteIfExists(name);
    },
  };
  return handle as StateHandle<M>;
}

function ttlMsOf(
  variable: string,
  ttl: DurationInput | undefined,
  mode: TimeMode,
  operator: string,
): number | undefined {
  if (ttl === undefined) return undefined;
  if (mode !== 'processingTime') {
    const problem = `ttl needs timeMode: 'processingTime', but the operator was built with timeMode: '${mode}'`;
    throw new StreamingError('TRANSFORM_TTL', { operator, variable, problem });
  }
  try {
    return durationMs(ttl, 'ttl', { min: 'positive' });
  } catch (cause) {
    const problem = reasonOf(cause);
    throw new StreamingError('TRANSFORM_TTL', { operator, variable, problem }, { cause });
  }
}
