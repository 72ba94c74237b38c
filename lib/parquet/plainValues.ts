import type { Encoding } from 'hyparquet';
import { damaged } from './damage.js';
import { decodeRuns } from './hybridRuns.js';
import type { Hyparquet } from './packages.js';
import type { ParquetNode } from './parquetNode.js';

/** Values as they are stored, before their logical type is looked at. */
export type PlainValues =
  | readonly boolean[]
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array
  | readonly bigint[]
  | readonly Uint8Array[];

/**
 * The `count` values from byte `at` of an unpacked page, in any encoding but a dictionary's.
 *
 * The views that hyparquet makes may reach beyond the page into its buffer, so sizes are checked first.
 */
export function plainValues(
  page: Uint8Array,
  at: number,
  count: number,
  encoding: Encoding,
  node: ParquetNode,
  hyparquet: Hyparquet,
): PlainValues {
  if (count === 0) return [];
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const reader = { view, offset: at };
  const values = decode(reader, page, count, encoding, node, hyparquet);
  if (reader.offset > page.length) damaged('a page whose values end too early');
  return values;
}

interface Reader {
  readonly view: DataView;
  offset: number;
}

function decode(
  reader: Reader,
  page: Uint8Array,
  count: number,
  encoding: Encoding,
  node: ParquetNode,
  { plain, delta, encoding: split }: Hyparquet,
): PlainValues {
  const { type, typeLength } = node;
  switch (encoding) {
    case 'PLAIN':
      requireBytes(page.length - reader.offset, count, node, 4);
      return plain.readPlain(reader, type as never, count, typeLength) as PlainValues;
    case 'RLE':
      if (type === 'BOOLEAN') return booleanRuns(reader, page, count);
      break;
    case 'DELTA_BINARY_PACKED': {
      if (type !== 'INT32' && type !== 'INT64') break;
      const values = type === 'INT32' ? new Int32Array(count) : new BigInt64Array(count);
      delta.deltaBinaryUnpack(reader, count, values);
      return values;
    }
    case 'DELTA_LENGTH_BYTE_ARRAY': {
      const values: Uint8Array[] = new Array(count);
      delta.deltaLengthByteArray(reader, count, values);
      return values;
    }
    case 'DELTA_BYTE_ARRAY': {
      requirePrefixes(reader, count, delta);
      const values: Uint8Array[] = new Array(count);
      delta.deltaByteArray(reader, count, values);
      return values;
    }
    case 'BYTE_STREAM_SPLIT':
      requireBytes(page.length - reader.offset, count, node, 1);
      return split.byteStreamSplit(reader, count, type as never, typeLength) as PlainValues;
    default: // dictionaries are not plain values; the others no writer uses
  }
  return damaged(`encoding ${encoding} of ${type} is not supported`);
}

function booleanRuns(reader: Reader, page: Uint8Array, count: number): readonly boolean[] {
  const from = reader.offset + 4;
  if (from > page.length) damaged('a page whose values end too early');
  const end = from + reader.view.getUint32(reader.offset, true);
  if (end > page.length) damaged('a page whose values end too early');
  const bits = new Int32Array(count);
  decodeRuns(page, from, end, 1, bits, count);
  return Array.from(bits, (bit) => bit === 1);
}

/** `leastBytes`: what a value of variable length takes at least. */
function requireBytes(left: number, count: number, node: ParquetNode, leastBytes: number): void {
  const needed = node.type === 'BOOLEAN' ? Math.ceil(count / 8) : count * widthOf(node, leastBytes);
  if (needed > left) damaged(`a page of ${left} bytes cannot hold its ${count} values`);
}

function widthOf(node: ParquetNode, leastBytes: number): number {
  switch (node.type) {
    case 'INT32':
    case 'FLOAT':
      return 4;
    case 'INT64':
    case 'DOUBLE':
      return 8;
    case 'INT96':
      return 12;
    case 'FIXED_LEN_BYTE_ARRAY': {
      const length = node.typeLength ?? 0;
      if (length < 1) damaged(`column ${node.path.join('.')} has values of ${length} bytes`);
      return length;
    }
    default:
      return leastBytes;
  }
}

/** A prefix cannot be longer than the value before; hyparquet would allocate what it says. */
function requirePrefixes(reader: Reader, count: number, delta: Hyparquet['delta']): void {
  const ahead = { view: reader.view, offset: reader.offset };
  const prefixes = new Int32Array(count);
  const suffixes = new Int32Array(count);
  delta.deltaBinaryUnpack(ahead, count, prefixes);
  delta.deltaBinaryUnpack(ahead, count, suffixes);
  let before = 0;
  for (let i = 0; i < count; i++) {
    const prefix = prefixes[i] as number;
    const suffix = suffixes[i] as number;
    if (prefix < 0 || prefix > before || suffix < 0) damaged('a page with an impossible prefix');
    before = prefix + suffix;
  }
}
