import fc from 'fast-check';
import { LineSplitter } from '../../../lib/sources/socket/lineSplitter.js';

/** What comes of `chunks`: lines as text, those that are too long as `{ head }`. */
function split(chunks: readonly Buffer[], maxBytes = 1000, end = true): unknown[] {
  const found: unknown[] = [];
  const splitter = new LineSplitter(maxBytes, {
    line: (text, bytes) => found.push(bytes === Buffer.byteLength(text) ? text : { text, bytes }),
    tooLong: (head) => found.push({ head }),
  });
  for (const chunk of chunks) splitter.push(chunk);
  if (end) splitter.end();
  return found;
}
const text = (...parts: string[]): Buffer[] => parts.map((part) => Buffer.from(part));

describe('LineSplitter', () => {
  it('cuts at \\n and \\r\\n, empty lines included', () => {
    expect(split(text('a\nb\r\n\n\r\nc\n'))).toEqual(['a', 'b', '', '', 'c']);
  });

  it('gives nothing for nothing, and the rest without a line end at the end', () => {
    expect(split([])).toEqual([]);
    expect(split(text('a\nrest'))).toEqual(['a', 'rest']);
    expect(split(text('a\nrest'), 1000, false)).toEqual(['a']);
  });

  it('joins characters that are spread over chunks', () => {
    const bytes = Buffer.from('é€😀\n');
    const single = [...bytes].map((byte) => Buffer.from([byte]));
    expect(split(single)).toEqual(['é€😀']);
  });

  it('replaces what is no UTF-8', () => {
    expect(split([Buffer.from([0x61, 0xff, 0x0a])])).toEqual([{ text: 'a\ufffd', bytes: 2 }]);
  });

  it('takes a line of exactly the limit, with either line end, and no longer one', () => {
    expect(split(text('12345\n12345\r\n123456\n1\n'), 5)).toEqual([
      '12345',
      '12345',
      { head: '12345' },
      '1',
    ]);
    expect(split(text('123', '45\r', '\n', '123', '456', '7890\nx'), 5)).toEqual([
      '12345',
      { head: '12345' },
      'x',
    ]);
  });

  it('forgets half a line when the connection broke', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter(10, {
      line: (line) => lines.push(line),
      tooLong: () => lines.push('too long'),
    });
    splitter.push(Buffer.from('far too long to keep'));
    splitter.reset();
    splitter.push(Buffer.from('new\n'));
    expect(lines).toEqual(['new']);
  });

  it('gives the same lines however the bytes are cut', () => {
    const line = fc.string({ unit: 'binary', maxLength: 12 }).map((s) => s.replace(/[\r\n]/g, ''));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(60)), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((l) => `${l}\n`).join(''));
        const at = [0, ...cuts.filter((c) => c < bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((to, i) => bytes.subarray(at[i], to));
        expect(split(chunks, 20)).toEqual(split([bytes], 20));
      }),
    );
  });
});
