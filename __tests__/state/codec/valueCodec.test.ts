import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { ByteWriter } from '../../../state/codec/byteWriter.js';
import { NotEncodable } from '../../../state/codec/notEncodable.js';
import { decodeValue } from '../../../state/codec/readValue.js';
import { noShapes, ShapeDictionary, type Shapes } from '../../../state/codec/shapes.js';
import { unencodableIn } from '../../../state/codec/unencodable.js';
import { writeValue } from '../../../state/codec/writeValue.js';
import { value } from './keyArbitrary.js';

function bytesOf(content: unknown, shapes: Shapes = noShapes): Buffer {
  const out = new ByteWriter(1);
  writeValue(out, content, shapes);
  return Buffer.from(out.content());
}

describe('the codec of values', () => {
  it.each([
    ['a dictionary of shapes', () => new ShapeDictionary()],
    ['none', () => noShapes],
  ])('gives back what was written, with %s', (_name, make) => {
    fc.assert(
      fc.property(value, (content) => {
        const shapes = make();
        expect(decodeValue(bytesOf(content, shapes), shapes)).toStrictEqual(E.right(content));
      }),
      { numRuns: 1000 },
    );
  });

  it('reads with the shapes that were stored', () => {
    const shapes = new ShapeDictionary();
    const content = { user: 'a', tags: [{ n: 1 }, { n: 2 }], user2: undefined };
    const bytes = bytesOf(content, shapes);
    const stored = shapes.pending().map((shape) => shape.names);
    expect(stored).toEqual([['user', 'tags', 'user2'], ['n']]);
    expect(decodeValue(bytes, new ShapeDictionary(stored))).toStrictEqual(E.right(content));
    shapes.settle(2);
    expect(shapes.pending()).toEqual([]);
    expect(bytesOf({ n: 3 }, shapes)).toEqual(bytesOf({ n: 3 }, new ShapeDictionary(stored)));
  });

  it('keeps dictionaries of data out of the shapes', () => {
    const shapes = new ShapeDictionary();
    const wide = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, i]));
    expect(decodeValue(bytesOf(wide, shapes), shapes)).toEqual(E.right(wide));
    for (let i = 0; i < 5000; i++) bytesOf({ [`user${i}`]: i }, shapes);
    expect(shapes.pending().length).toBe(4096);
    expect(decodeValue(bytesOf({ user4999: 1 }, shapes), shapes)).toEqual(E.right({ user4999: 1 }));
  });

  it.each([
    ['0', 0, 1],
    ['127', 127, 1],
    ['128', 128, 3],
    ['-1', -1, 2],
    ['2^31 - 1', 2 ** 31 - 1, 6],
    ['2^31', 2 ** 31, 9],
    ['-0', -0, 9],
    ['null', null, 1],
    ['63 characters', 'x'.repeat(63), 64],
    ['64 characters', 'x'.repeat(64), 66],
  ])('takes as little room as it can for %s', (_name, content, length) => {
    expect(bytesOf(content).length).toBe(length);
  });

  it.each([
    ['a function', { a: [1, () => 1] }, 'value.a[1]', 'function'],
    ['a symbol', Symbol('s'), 'value', 'symbol'],
    ['a class instance', { when: /a/ }, 'value.when', 'RegExp'],
    ['a key of a Map', new Map([[/a/, 1]]), 'value.key(0)', 'RegExp'],
    ['a value of a Map', new Map([[1, /a/]]), 'value.value(0)', 'RegExp'],
    ['an item of a Set', new Set([/a/]), 'value.item(0)', 'RegExp'],
    ['another typed array', new Float32Array(1), 'value', 'Float32Array'],
  ])('refuses %s and says where', (_name, content, path, found) => {
    expect(() => bytesOf(content)).toThrow(NotEncodable);
    expect(unencodableIn(content)).toEqual({ path, found });
  });

  it("writes what is an object's own, not what its prototype has", () => {
    const inherited = Object.create(null);
    inherited.later = 1;
    const content = Object.assign(Object.create(inherited), { n: 2 });
    for (const shapes of [noShapes, new ShapeDictionary()]) {
      expect(decodeValue(bytesOf(content, shapes), shapes)).toEqual(E.right({ n: 2 }));
    }
  });

  it('refuses a cycle', () => {
    const content: unknown[] = [];
    content.push(content);
    expect(() => bytesOf(content)).toThrow(NotEncodable);
    expect(unencodableIn(content).found).toContain('cycle');
  });

  it('refuses a value of more than 16 MiB', () => {
    const content = new Uint8Array(16 * 1024 * 1024 + 1);
    expect(() => bytesOf(content)).toThrow(NotEncodable);
    expect(unencodableIn(content).found).toContain('more than');
  });

  it.each([
    ['nothing', []],
    ['an unknown tag', [0x3f]],
    ['an unknown shape', [0x10, 5]],
    ['an array longer than its bytes', [0x0d, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ['text longer than its bytes', [0x06, 0x50, 0x61]],
    ['a number without end', [0x04, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['a field whose name is a number', [0x11, 1, 0x81, 0x81]],
    ['something behind the value', [0x00, 0x00]],
    ['endless nesting', Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? 0x0d : 1))],
  ])('refuses %s', (_name, bytes) => {
    expect(E.isLeft(decodeValue(Uint8Array.from(bytes), noShapes))).toBe(true);
  });

  it('never throws and never hangs on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        decodeValue(bytes, new ShapeDictionary([['a', 'b']]));
      }),
      { numRuns: 3000 },
    );
  });

  it('leaves prototypes alone', () => {
    const content = JSON.parse('{"__proto__":{"polluted":1},"constructor":2}');
    const back = E.toUnion(decodeValue(bytesOf(content), noShapes));
    expect(back).toStrictEqual(content);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
