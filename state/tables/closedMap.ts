import { StreamingError } from '../../lib/errors.js';

/**
 * Takes the place of a table's map when its store is closed, so that the hot path need not ask whether
 * it is.
 */
export class ClosedMap<K, V> extends Map<K, V> {
  override get(): never {
    throw new StreamingError('STATE_CLOSED', { what: 'a lookup' });
  }
  override set(): never {
    throw new StreamingError('STATE_CLOSED', { what: 'a change' });
  }
  override delete(): never {
    throw new StreamingError('STATE_CLOSED', { what: 'a removal' });
  }
  override values(): never {
    throw new StreamingError('STATE_CLOSED', { what: 'a scan' });
  }
}
