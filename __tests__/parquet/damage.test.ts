import fc from 'fast-check';
import { StreamingError } from '../../lib/errors.js';
import { Reported } from '../sources/sourceContext.js';
import { encoded, fileOf, readRows, removeFolder } from './parquetFile.js';

afterAll(removeFolder);

const ddl = 'i INT, l BIGINT NOT NULL, s STRING, a ARRAY<STRUCT<x: INT, y: ARRAY<STRING>>>';
const rows = Array.from({ length: 40 }, (_, n) => ({
  i: n % 3 ? n : null,
  l: n * 1e9,
  s: n % 5 ? `row ${n % 7}` : null,
  a: n % 4 ? [{ x: n, y: ['a', null] }, null] : null,
}));
const unreadable = { code: 'SOURCE_UNREADABLE' };

/** The footer's length stands 8 bytes before the end. */
function withFooterLength(bytes: Uint8Array, length: number): Uint8Array {
  const changed = Buffer.from(bytes);
  changed.writeUInt32LE(length, changed.length - 8);
  return changed;
}

describe('a damaged Parquet file', () => {
  it.each([
    ['no bytes', () => new Uint8Array(), /0 bytes/],
    ['too few bytes', () => Buffer.from('PAR1PAR1'), /8 bytes/],
    ['text', () => Buffer.from('a,b,c\n1,2,3\n4,5,6\n'), /does not end with PAR1/],
    ['its end cut off', (b: Uint8Array) => b.subarray(0, -20), /does not end with PAR1/],
    ['a footer past its start', (b: Uint8Array) => withFooterLength(b, b.length), /begin before/],
    ['a huge footer', (b: Uint8Array) => withFooterLength(b, 2 ** 32 - 1), /begin before/],
    ['an empty footer', (b: Uint8Array) => withFooterLength(b, 0), /footer has no bytes/],
    ['its start cut off', (b: Uint8Array) => b.subarray(400), /where 0 to/],
  ] as const)('with %s is refused with file and reason', async (_what, damage, reason) => {
    const path = await fileOf(damage(await encoded(ddl, rows, { rowGroupRows: 15 })));
    const reading = readRows(path);
    await expect(reading).rejects.toMatchObject({ ...unreadable, params: { path } });
    await expect(reading).rejects.toThrow(reason);
  });

  it('is refused when it is shorter than what was planned', async () => {
    const path = await fileOf(await encoded(ddl, rows));
    const upTo = { byte: 0, row: 41 };
    await expect(readRows(path, {}, undefined, upTo)).rejects.toThrow(/40 rows, 41 were planned/);
  });

  it('gives rows or an error with a code, wherever it is cut, flipped or overwritten', async () => {
    const files = {
      none: await encoded(ddl, rows, { compression: 'none', rowGroupRows: 15 }),
      snappy: await encoded(ddl, rows, { compression: 'snappy', rowGroupRows: 15 }),
      gzip: await encoded(ddl, rows, { compression: 'gzip', rowGroupRows: 15 }),
    };
    const damage = fc.oneof(
      fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), value: fc.nat(255) }),
      fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), value: fc.nat(7) }),
      fc.record({ kind: fc.constant('set' as const), at: fc.nat(), value: fc.nat(255) }),
    );
    const codec = fc.constantFrom('none' as const, 'snappy' as const, 'gzip' as const);
    await fc.assert(
      fc.asyncProperty(codec, damage, async (name, { kind, at, value }) => {
        const bytes = Buffer.from(files[name]);
        const position = at % bytes.length;
        const old = bytes[position] ?? 0;
        if (kind !== 'cut') bytes[position] = kind === 'flip' ? old ^ (1 << value) : value;
        const path = await fileOf(kind === 'cut' ? bytes.subarray(0, position) : bytes);
        try {
          const report = new Reported();
          const read = await readRows(path, {}, undefined, undefined, report);
          expect(read.length + report.failures.length).toBe(rows.length);
        } catch (error) {
          if (!(error instanceof StreamingError)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});
