import type { Savepoint } from '../lib/savepoint/savepoint.js';
import type { BytePage } from '../lib/state/byteStore.js';
import type { ReadableStore } from './durable/storedTable.js';

/** The state in a savepoint: read from front to back, each file verified. */
export class SavepointStore implements ReadableStore {
  constructor(private readonly savepoint: Savepoint) {}

  get(): never {
    throw new TypeError('a savepoint is read from front to back: use range or pages');
  }

  async range(
    from: Uint8Array,
    to: Uint8Array,
    options: { readonly reverse?: boolean; readonly limit?: number } = {},
  ): Promise<BytePage> {
    const found: BytePage[] = [];
    for await (const page of this.pages(from, to)) found.push(page);
    const all = options.reverse ? found.flat().reverse() : found.flat();
    return all.slice(0, options.limit ?? all.length);
  }

  async *pages(from: Uint8Array, to: Uint8Array): AsyncGenerator<BytePage> {
    for await (const page of this.savepoint.pages()) {
      const last = page.at(-1);
      if (last === undefined || Buffer.compare(last[0], from) < 0) continue;
      const inside = page.filter(
        ([key]) => Buffer.compare(key, from) >= 0 && Buffer.compare(key, to) < 0,
      );
      if (inside.length > 0) yield inside;
      if (Buffer.compare(last[0], to) >= 0) return;
    }
  }
}
