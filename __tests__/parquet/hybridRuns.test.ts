import fc from 'fast-check';
import { decodeRuns } from '../../lib/parquet/hybridRuns.js';

type Run = { readonly value: number; readonly times: number } | { readonly packed: number[] };

/** Runs as the format describes them, bit by bit. */
function encode(runs: readonly Run[], width: number): Uint8Array {
  const bytes: number[] = [];
  const varint = (n: number): void => {
    let rest = n;
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    bytes.push(rest);
  };
  for (const run of runs) {
    if ('packed' in run) {
      varint((run.packed.length / 8) * 2 + 1);
      let bits = '';
      for (const value of run.packed) {
        bits = value.toString(2).padStart(width, '0').slice(0, width) + bits;
      }
      if (width === 0) bits = '';
      for (let end = bits.length; end > 0; end -= 8) {
        bytes.push(Number.parseInt(bits.slice(Math.max(0, end - 8), end), 2));
      }
    } else {
      varint(run.times * 2);
      for (let i = 0; i < Math.ceil(width / 8); i++)
        bytes.push(Math.floor(run.value / 256 ** i) % 256);
    }
  }
  return Uint8Array.from(bytes);
}

function decode(bytes: Uint8Array, width: number, count: number): number[] {
  const out = new Int32Array(count);
  decodeRuns(bytes, 0, bytes.length, width, out, count);
  return Array.from(out, (value) => value >>> 0);
}

describe('decodeRuns', () => {
  it('gives the values of any runs of any width', () => {
    const table = fc.integer({ min: 0, max: 32 }).chain((width) => {
      const value = fc.integer({ min: 0, max: 2 ** width - 1 });
      const repeated = fc.record({ value, times: fc.integer({ min: 0, max: 300 }) });
      const packed = fc
        .array(value, { minLength: 1, maxLength: 40 })
        .map((values) => ({ packed: values.slice(0, values.length - (values.length % 8)) }));
      const runs = fc.array(fc.oneof(repeated, packed), { maxLength: 6 });
      return fc.record({ width: fc.constant(width), runs });
    });
    fc.assert(
      fc.property(table, ({ width, runs }) => {
        const values = runs.flatMap((run) =>
          'packed' in run ? run.packed : Array<number>(run.times).fill(run.value),
        );
        expect(decode(encode(runs, width), width, values.length)).toEqual(values);
      }),
    );
  });

  it('ends a run where the values end, however long the run says it is', () => {
    const endless = encode([{ value: 1, times: 2 ** 27 }], 1);
    expect(decode(endless, 1, 3)).toEqual([1, 1, 1]);
    expect(decode(encode([{ packed: [1, 2, 3, 0, 0, 0, 0, 0] }], 2), 2, 3)).toEqual([1, 2, 3]);
  });

  it.each([
    ['nothing', [], 1],
    ['a header without its value', [4], 8],
    ['an endless header', [255, 255, 255, 255, 255, 255, 1], 1],
    ['packed values that are cut', [3, 1], 3],
    ['values of 33 bits', [2, 0, 0, 0, 0, 0], 33],
  ])('refuses %s', (_what, bytes, width) => {
    expect(() => decode(Uint8Array.from(bytes), width, 8)).toThrow(
      expect.objectContaining({ name: 'ParquetDamage' }),
    );
  });
});
