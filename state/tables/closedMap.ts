import { StreamingError } from '../../lib/errors.js';

/**
 * The map of a table whose store is closed: it takes the place of the open one, so that the hot path need
 * not ask whether it is.
 */
export function closedMap<M extends object>(map: M): M {
  return Object.assign(map, {
    get: refused('a lookup'),
    set: refused('a change'),
    delete: refused('a removal'),
    values: refused('a scan'),
    valuesAtRest: refused('a scan'),
  });
}

function refused(what: string): () => never {
  return () => {
    throw new StreamingError('STATE_CLOSED', { what });
  };
}
