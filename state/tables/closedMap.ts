import { StreamingError } from '../../lib/errors.js';
import { KeyMap } from './keyMap.js';

/**
 * Takes the place of a table's map when its store is closed, so that the hot path need not ask whether
 * it is.
 */
export class ClosedMap<K, V> extends Map<K, V> {
  override get(): never {
    throw closed('a lookup');
  }
  override set(): never {
    throw closed('a change');
  }
  override delete(): never {
    throw closed('a removal');
  }
  override values(): never {
    throw closed('a scan');
  }
}

/** The same for the entries of a keyed table. */
export class ClosedKeyMap<V> extends KeyMap<V> {
  override get(): never {
    throw closed('a lookup');
  }
  override set(): never {
    throw closed('a change');
  }
  override delete(): never {
    throw closed('a removal');
  }
  override values(): never {
    throw closed('a scan');
  }
  override valuesAtRest(): never {
    throw closed('a scan');
  }
}

function closed(what: string): StreamingError<'STATE_CLOSED'> {
  return new StreamingError('STATE_CLOSED', { what });
}
