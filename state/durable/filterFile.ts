import { filterForm, KeyFilter } from './keyFilter.js';

/*
 * What is known about the keys of the tables after a clean stop, so that the next start, which reads
 * nothing, need not ask the disk for every new key. Never needed: without it, keys are looked up.
 *
 * filters := length:u32 header zeros words      zeros up to a multiple of four
 * header  := { form, of, tables: [[table, keys, [words of a layer, …]], …] } as JSON
 * words   := u32*                               all numbers little-endian
 *
 * `of` names the commit, its totals included: to any other state the filters would lie.
 */
interface Header {
  readonly form: number;
  readonly of: string;
  readonly tables: readonly (readonly [number, number, readonly number[]])[];
}

/** Fewer keys are looked up faster than such a file is written. */
const fewKeys = 10_000;

const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** undefined: there is nothing to keep. */
export function filtersToBytes(
  of: string,
  filters: ReadonlyMap<number, KeyFilter>,
): Uint8Array | undefined {
  const kept = [...filters].flatMap(([table, filter]) =>
    filter.isComplete && filter.content.keys >= fewKeys ? [[table, filter.content] as const] : [],
  );
  if (kept.length === 0 || !isLittleEndian) return undefined;
  const header: Header = {
    form: filterForm,
    of,
    tables: kept.map(([table, { keys, layers }]) => [table, keys, layers.map((l) => l.length)]),
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const words = kept.flatMap(([, { layers }]) =>
    layers.map((l) => new Uint8Array(l.buffer, l.byteOffset, l.byteLength)),
  );
  return Buffer.concat([length, text, Buffer.alloc(paddingOf(text.length)), ...words]);
}

/** The filters by table, if they are of this commit; none from bytes that are no such file. */
export function filtersFromBytes(
  bytes: Uint8Array,
  of: string,
  atMost: number,
): Map<number, KeyFilter> {
  try {
    return filtersIn(bytes, of, atMost);
  } catch {
    return new Map();
  }
}

function filtersIn(bytes: Uint8Array, of: string, atMost: number): Map<number, KeyFilter> {
  const filters = new Map<number, KeyFilter>();
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = file.readUInt32LE(0);
  const header: Header = JSON.parse(file.toString('utf8', 4, 4 + length));
  if (header.form !== filterForm || header.of !== of || !isLittleEndian) return filters;
  let at = 4 + length + paddingOf(length);
  for (const [table, keys, lengths] of header.tables) {
    const layers = lengths.map((words) => {
      const from = at;
      at += 4 * words;
      return new Uint32Array(new Uint8Array(file.subarray(from, at)).buffer);
    });
    const filter = KeyFilter.of({ keys, layers }, atMost);
    if (filter !== undefined) filters.set(table, filter);
  }
  return filters;
}

function paddingOf(length: number): number {
  return (4 - (length % 4)) % 4;
}
