import type { BytePage, ByteStore } from '../state/byteStore.js';

/** What a store must show of itself to be checked. */
export interface StoreUnderTest {
  /** A new, empty store. */
  open(): ByteStore | Promise<ByteStore>;
  /** Opens the same bytes again, after `close` has answered. */
  reopen(): ByteStore | Promise<ByteStore>;
}

/** One law of the store port: answers why it is broken, or undefined. */
export interface StoreCheck {
  readonly name: string;
  run(subject: StoreUnderTest): Promise<string | undefined>;
}

/**
 * The laws of a `ByteStore` as checks without a test framework. Each check takes a new subject.
 *
 * @example
 * for (const check of storeChecks) {
 *   it(check.name, async () => expect(await check.run(storeSubject())).toBeUndefined());
 * }
 * @since 0.1.0
 */
export const storeChecks: readonly StoreCheck[] = [
  {
    name: 'gives what was written, and undefined for what was not',
    run: withStore(async (store) => {
      await store.write([put('b', '1'), put('a', ''), put('', 'root')]);
      const seen = ['a', 'b', 'c', ''].map((key) => textOf(store.get(bytes(key))));
      return same(seen, ['', '1', undefined, 'root']);
    }),
  },
  {
    name: 'the last change of a key in a batch counts, a del of a missing key is fine',
    run: withStore(async (store) => {
      await store.write([put('a', '1'), put('a', '2'), put('b', '1'), del('b'), del('z')]);
      await store.write([del('a'), put('a', '3')]);
      return same(pairs(await all(store)), ['a=3']);
    }),
  },
  {
    name: 'a range is in byte order, from inclusive, to exclusive',
    run: withStore(async (store) => {
      await store.write(['\u00ff', 'b', 'aa', 'a', 'ab', 'c'].map((key) => put(key, '')));
      const seen = await store.range(bytes('a'), bytes('c'));
      return same(pairs(seen), ['a=', 'aa=', 'ab=', 'b=']);
    }),
  },
  {
    name: 'limit and reverse take the first or the last of a range',
    run: withStore(async (store) => {
      await store.write(['a', 'b', 'c', 'd'].map((key) => put(key, '')));
      const first = await store.range(bytes('a'), bytes('d'), { limit: 2 });
      const last = await store.range(bytes('a'), bytes('d'), { limit: 2, reverse: true });
      const none = await store.range(bytes('d'), bytes('a'));
      return same([...pairs(first), ...pairs(last), ...pairs(none)], ['a=', 'b=', 'c=', 'b=']);
    }),
  },
  {
    name: 'pages give all of a range once, whatever is written meanwhile',
    run: withStore(async (store) => {
      await store.write(['a', 'b', 'c', 'd', 'e'].map((key) => put(key, '')));
      const seen: string[] = [];
      for await (const page of store.pages(bytes('a'), bytes('z'), 2)) {
        if (page.length > 2) return `a page of ${page.length} entries, the limit is 2`;
        seen.push(...pairs(page));
        await store.write([del('d'), put('ee', '')]);
      }
      return same(seen, ['a=', 'b=', 'c=', 'd=', 'e=']);
    }),
  },
  {
    name: 'a batch of its own, if it makes one, copies changes, and has no effect before it is written',
    run: withStore(async (store) => {
      const [batch, given] = [store.batch?.(), [bytes('b'), bytes('2')] as const];
      await store.write([put('a', '1'), put('z', '1')]);
      if (batch === undefined) return undefined;
      batch.del(bytes('z'));
      batch.put(...given);
      for (const each of given) each.fill(0);
      const before = pairs(await all(store));
      await batch.write();
      store.batch?.().discard();
      return same([...before, ...pairs(await all(store))], ['a=1', 'z=1', 'a=1', 'b=2']);
    }),
  },
  {
    name: 'everything is there after close and open',
    run: async (subject) => {
      const before = await subject.open();
      await before.write([put('a', '1'), put('b', '2')]);
      await before.write([del('a')]);
      await before.close();
      const store = await subject.reopen();
      const seen = pairs(await all(store));
      await store.close();
      return same(seen, ['b=2']);
    },
  },
];

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (value: Uint8Array | undefined) => value && new TextDecoder().decode(value);
const put = (key: string, value: string) =>
  ({ type: 'put', key: bytes(key), value: bytes(value) }) as const;
const del = (key: string) => ({ type: 'del', key: bytes(key) }) as const;
const all = (store: ByteStore) => store.range(new Uint8Array(), Uint8Array.of(0xff, 0xff));
const pairs = (page: BytePage) => page.map(([key, value]) => `${textOf(key)}=${textOf(value)}`);

function withStore(
  body: (store: ByteStore) => Promise<string | undefined>,
): (subject: StoreUnderTest) => Promise<string | undefined> {
  return async (subject) => {
    const store = await subject.open();
    try {
      return await body(store);
    } finally {
      await store.close();
    }
  };
}

function same(seen: readonly unknown[], wanted: readonly unknown[]): string | undefined {
  const [a, b] = [JSON.stringify(seen), JSON.stringify(wanted)];
  return a === b ? undefined : `the store gives ${a}, not ${b}`;
}
