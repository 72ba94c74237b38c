import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { CompressionCodec, Compressors } from 'hyparquet';
import { damaged } from './damage.js';
import type { Hyparquet } from './packages.js';

/** Codecs that come from hyparquet-compressors. */
export function needsCompressors(codec: CompressionCodec): boolean {
  return codec === 'ZSTD' || codec === 'LZ4' || codec === 'LZ4_RAW';
}

/** A page of exactly `size` bytes; whatever the packed bytes say, no more than that is made. */
export function unpackPage(
  packed: Uint8Array,
  size: number,
  codec: CompressionCodec,
  hyparquet: Hyparquet,
  compressors: Compressors | undefined,
): Uint8Array {
  // Nothing to unpack, as in a column of nulls: LZ4 writes one byte for it, on which its decoder trips.
  if (size === 0) return new Uint8Array(0);
  const page = unpack(packed, size, codec, hyparquet, compressors);
  if (page.length === size) return page;
  return damaged(`a page unpacks to ${page.length} bytes, its header says ${size}`);
}

function unpack(
  packed: Uint8Array,
  size: number,
  codec: CompressionCodec,
  { snappy }: Hyparquet,
  compressors: Compressors | undefined,
): Uint8Array {
  switch (codec) {
    case 'UNCOMPRESSED':
      return packed;
    case 'SNAPPY': {
      const page = new Uint8Array(size);
      snappy.snappyUncompress(packed, page);
      return page;
    }
    case 'GZIP':
      return gunzipSync(packed, { maxOutputLength: Math.max(1, size) });
    case 'BROTLI':
      return brotliDecompressSync(packed, { maxOutputLength: Math.max(1, size) });
    case 'ZSTD':
      requireZstdSize(packed, size);
      break;
    default: // What hyparquet-compressors has, it takes as it is.
  }
  const decompress = compressors?.[codec];
  if (decompress === undefined) return damaged(`its codec ${codec} is not supported`);
  return decompress(packed, size);
}

const zstdMagic = 0xfd2fb528;
/** What zstd's own decoder takes without being told otherwise. */
const maxWindowBytes = 128 * 1024 * 1024;

/**
 * Refuses a Zstandard frame that claims another size than the page, or a window beyond 128 MiB: the
 * decoder would allocate what it claims.
 *
 * Source: RFC 8878 section 3.1.1.
 */
function requireZstdSize(packed: Uint8Array, size: number): void {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  if (packed.length < 6 || view.getUint32(0, true) !== zstdMagic)
    damaged('a page is not Zstandard');
  const descriptor = view.getUint8(4);
  const single = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const at = 5 + (single ? 0 : 1) + dictionaryBytes;
  if (!single) {
    const window = view.getUint8(5);
    const base = 2 ** (10 + (window >> 3));
    if (base + (base / 8) * (window & 7) > maxWindowBytes) damaged('a page has too large a window');
  }
  const claimed = contentSize(view, at, sizeFlag, single);
  if (claimed !== undefined && claimed !== size) {
    damaged(`a page unpacks to ${claimed} bytes, its header says ${size}`);
  }
}

function contentSize(view: DataView, at: number, flag: number, single: boolean) {
  switch (flag) {
    case 0:
      return single ? view.getUint8(at) : undefined;
    case 1:
      return view.getUint16(at, true) + 256;
    case 2:
      return view.getUint32(at, true);
    default:
      return Number(view.getBigUint64(at, true));
  }
}
