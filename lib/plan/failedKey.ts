import { keyText } from '../state/keyText.js';

const keys = new WeakMap<object, string>();

/**
 * Remembers for which key a user's function has failed, for `BATCH_FAILED`. Beside the error, which is
 * the user's and passes as it is.
 */
export function noteFailedKey(error: unknown, key: unknown): void {
  if (typeof error === 'object' && error !== null) keys.set(error, keyText(key));
}

export function failedKeyOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null ? keys.get(error) : undefined;
}
