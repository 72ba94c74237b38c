import fc from 'fast-check';
import { crc32 } from '../../../state/codec/crc32.js';
import { KeyFilter } from '../../../state/durable/keyFilter.js';

const hashOf = (i: number) => crc32(Buffer.from(`key ${i}`));

describe('KeyFilter', () => {
  it('knows that an empty table has no key', () => {
    expect(new KeyFilter(10).completed().mayHave(hashOf(1))).toBe(false);
  });

  it('never denies a key that was added', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 500 }), (hashes) => {
        const filter = new KeyFilter(1000).completed();
        for (const hash of hashes) filter.add(hash);
        expect(hashes.every((hash) => filter.mayHave(hash))).toBe(true);
      }),
    );
  });

  it('never denies one of many, over all its layers, and few others pass', () => {
    const filter = new KeyFilter(1_000_000).completed();
    for (let i = 0; i < 400_000; i++) filter.add(hashOf(i));
    let [missed, passed] = [0, 0];
    for (let i = 0; i < 400_000; i += 3) if (!filter.mayHave(hashOf(i))) missed++;
    for (let i = 1_000_000; i < 1_050_000; i++) if (filter.mayHave(hashOf(i))) passed++;
    expect(missed).toBe(0);
    expect(passed / 50_000).toBeLessThan(0.05);
  });

  it('denies nothing before it is complete, nor once it has given up', () => {
    const filter = new KeyFilter(2);
    expect(filter.mayHave(hashOf(1))).toBe(true);
    filter.add(hashOf(1));
    filter.add(hashOf(2));
    expect(filter.completed().mayHave(hashOf(3))).toBe(false);
    filter.add(hashOf(3));
    expect(filter.mayHave(hashOf(4))).toBe(true);
    expect(filter.completed().mayHave(hashOf(4))).toBe(true);
  });
});
