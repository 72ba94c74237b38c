import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import fc from 'fast-check';
import { DecodeError } from '../../../state/codec/decodeError.js';
import { unsnap } from '../../../state/level/snappy.js';
import { verifyTable } from '../../../state/level/tableFile.js';

let directory: string;
const tables: Buffer[] = [];

/** Tables as LevelDB writes them, with Snappy and without. */
async function writeTables(compression: boolean): Promise<void> {
  const path = join(directory, String(compression));
  const database = new ClassicLevel<string, string>(path, { compression });
  for (let i = 0; i < 3000; i++) await database.put(`key ${i * 7919}`, `value ${i} `.repeat(i % 9));
  await database.compactRange('', '~');
  await database.close();
  for (const name of await readdir(path)) {
    if (name.endsWith('.ldb')) tables.push(await readFile(join(path, name)));
  }
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-table-'));
  await writeTables(true);
  await writeTables(false);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('verifyTable', () => {
  it('takes the tables of LevelDB for sound', () => {
    expect(tables.length).toBeGreaterThanOrEqual(2);
    for (const table of tables) expect(() => verifyTable(table)).not.toThrow();
  });

  it('notices every flipped bit', () => {
    for (const table of tables) {
      const copy = Buffer.from(table);
      const check = (at: number) => {
        copy[at] = (copy[at] as number) ^ (1 << (at % 8));
        expect(() => verifyTable(copy)).toThrow(DecodeError);
        copy[at] = table[at] as number;
      };
      for (let at = 0; at < table.length - 48; at += 211) check(at);
      for (let at = table.length - 48; at < table.length; at++) check(at);
    }
  });

  it('notices a table that is cut short', () => {
    const table = tables[0] as Buffer;
    for (const length of [0, 47, 48, 1000, table.length - 1]) {
      expect(() => verifyTable(table.subarray(0, length))).toThrow(DecodeError);
    }
  });
});

describe('unsnap', () => {
  it.each([
    ['nothing', [0], ''],
    ['a literal', [3, 2 << 2, 97, 98, 99], 'abc'],
    ['a copy that runs into itself', [6, 1 << 2, 97, 98, (3 << 2) | 2, 2, 0], 'ababab'],
    ['a short copy', [6, 1 << 2, 97, 98, 1, 2], 'ababab'],
  ])('reads %s', (_name, bytes, text) => {
    expect(unsnap(Uint8Array.from(bytes)).toString()).toBe(text);
  });

  it('never throws anything else, and never writes beyond the length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
        try {
          unsnap(bytes);
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});
