import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { lineBlocks } from '../../../lib/sources/files/lineBlocks.js';
import { testFolder } from './folder.js';

const folder = testFolder();

interface Seen {
  readonly text: string;
  readonly at: number;
  readonly tooLong: boolean;
}

async function blocksOf(
  path: string,
  options: { from?: number; upTo?: number; blockBytes?: number; maxLineBytes?: number } = {},
): Promise<Seen[]> {
  const file = { path, size: 0, partition: new Map() };
  const from = { byte: options.from ?? 0, row: 0 };
  const seen: Seen[] = [];
  for await (const block of lineBlocks(file, from, options.upTo, {
    source: 'test',
    maxLineBytes: options.maxLineBytes ?? 1000,
    blockBytes: options.blockBytes ?? 1000,
  })) {
    const text = block.bytes.toString('latin1', block.start, block.end);
    seen.push({ text, at: block.position + block.start, tooLong: block.tooLong });
  }
  return seen;
}

const joined = (blocks: readonly Seen[]) => blocks.map((block) => block.text).join('');

describe('lineBlocks', () => {
  it('gives nothing for an empty file', async () => {
    expect(await blocksOf(folder.write('a', ''))).toEqual([]);
  });

  it('cuts blocks at line feeds', async () => {
    const path = folder.write('a', 'aa\nbb\ncc');
    expect(await blocksOf(path, { blockBytes: 4 })).toEqual([
      { text: 'aa\n', at: 0, tooLong: false },
      { text: 'bb\n', at: 3, tooLong: false },
      { text: 'cc\n', at: 6, tooLong: false }, // the last line gets its end
    ]);
  });

  it.each([4093, 4094, 4095, 4096, 4097, 9000])(
    'needs no buffer beyond a file of %d bytes',
    async (size) => {
      const rules = { source: 'test', maxLineBytes: 100_000 };
      for (const text of [
        'x'.repeat(size),
        `${'x'.repeat(size - 1)}\n`,
        `${'ab\n'.repeat(size / 3)}c`,
      ]) {
        const file = { path: folder.write('a', text), size: text.length, partition: new Map() };
        for (const byte of [0, 1, text.length - 1, text.length]) {
          let read = '';
          for await (const block of lineBlocks(file, { byte, row: 0 }, undefined, rules)) {
            expect(block.bytes.length).toBeLessThanOrEqual(Math.max(4096, text.length + 1));
            read += block.bytes.toString('latin1', block.start, block.end);
          }
          const rest = text.slice(byte);
          expect(read).toBe(rest === '' || rest.endsWith('\n') ? rest : `${rest}\n`);
        }
      }
    },
  );

  it('enlarges its buffer for a long line', async () => {
    const text = `${'x'.repeat(100)}\ny\n`;
    const blocks = await blocksOf(folder.write('a', text), { blockBytes: 4, maxLineBytes: 101 });
    expect(joined(blocks)).toBe(text);
    expect(blocks.every((block) => !block.tooLong)).toBe(true);
  });

  it('gives the beginning of a line that is too long by one byte, and goes on behind it', async () => {
    const text = `a\n${'x'.repeat(100)}\nb\n`;
    const blocks = await blocksOf(folder.write('a', text), { blockBytes: 4, maxLineBytes: 100 });
    expect(blocks.filter((block) => block.tooLong)).toEqual([
      { text: 'x'.repeat(100), at: 2, tooLong: true },
    ]);
    expect(joined(blocks.filter((block) => !block.tooLong))).toBe('a\nb\n');
  });

  it.each(['b', 'b\n', ''])('sees what follows a line that is too long: %j', async (tail) => {
    const text = `${'x'.repeat(300)}\n${tail}`;
    for (const blockBytes of [3, 7, 50, 500]) {
      const path = folder.write('a', text);
      const blocks = await blocksOf(path, { blockBytes, maxLineBytes: 50 });
      const rest = joined(blocks.filter((block) => !block.tooLong));
      expect(rest).toBe(tail === 'b' ? 'b\n' : tail);
    }
  });

  it('leaves the byte order mark out, at the beginning only', async () => {
    const mark = '\u{feff}';
    const path = folder.write('a', `${mark}a\n${mark}b\n`);
    const [block] = await blocksOf(path);
    expect(Buffer.from(block?.text ?? '', 'latin1').toString()).toBe(`a\n${mark}b\n`);
  });

  it('gives the bytes between any two line ends, whatever the size of blocks', async () => {
    const lines = fc.array(fc.string({ unit: 'binary', maxLength: 12 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        lines,
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        fc.nat(),
        fc.nat(),
        async (parts, blockBytes, zipped, a, b) => {
          const body = Buffer.from(parts.map((part) => part.replaceAll('\n', '')).join('\n'));
          const path = zipped ? folder.write('a.gz', gzipSync(body)) : folder.write('a.txt', body);
          const ends = [0, ...lineEnds(body), body.length];
          const [from, upTo] = [ends[a % ends.length] ?? 0, ends[b % ends.length] ?? 0].sort(
            (x, y) => x - y,
          ) as [number, number];
          fc.pre(body[0] !== 0xef);
          const blocks = await blocksOf(path, { from, upTo, blockBytes });
          const text = body.toString('latin1', from, upTo);
          const ended = text === '' || text.endsWith('\n') ? text : `${text}\n`;
          expect(joined(blocks)).toBe(ended);
          for (const { text } of blocks.slice(0, -1)) expect(text.endsWith('\n')).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('refuses an archive that grows more than a hundredfold', async () => {
    const path = folder.write('bomb.gz', gzipSync(Buffer.alloc(64 * 1024 * 1024)));
    await expect(blocksOf(path, { blockBytes: 1_000_000 })).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
    });
  });

  it('refuses an archive that is cut', async () => {
    const whole = gzipSync(Buffer.from('a\n'.repeat(1000)));
    const path = folder.write('cut.gz', whole.subarray(0, whole.length - 9));
    await expect(blocksOf(path)).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
  });

  it('refuses a folder', async () => {
    await expect(blocksOf(folder.path)).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
  });
});

function lineEnds(bytes: Buffer): number[] {
  return [...bytes.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1);
}
