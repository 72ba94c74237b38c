import { canonicalKey } from '../../lib/state/canonicalKey.js';

/**
 * Canonical keys of one table, each made once: a key that was not found is inserted next.
 *
 * What is kept is used once, so that nobody can have changed the key meanwhile.
 */
export class KeyProbe {
  private key: unknown = undefined;
  private mapKey: unknown = undefined;

  constructor(private readonly operatorId: string) {}

  ask(key: unknown): unknown {
    const mapKey = canonicalKey(key, this.operatorId);
    if (typeof key !== 'object') return mapKey;
    this.key = key;
    this.mapKey = mapKey;
    return mapKey;
  }

  again(key: unknown): unknown {
    if (typeof key !== 'object' || this.key !== key) return canonicalKey(key, this.operatorId);
    this.key = undefined;
    return this.mapKey;
  }
}
